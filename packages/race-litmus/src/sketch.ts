import { type Fence, Order, type Step } from '@pagerace/explorer';
import type { OrderingSite, TraceAnnotation } from '@pagerace/machine';
import type { Access } from './execution.js';

/** A statement of a litmus test, and where it comes from. */
export type Statement =
  | {
      readonly kind: 'fence';
      readonly fence: Fence;
      readonly step: Step;
      /** The place that it was left out of; it stands only in the test with every ordering as written. */
      readonly leftOut?: OrderingSite;
    }
  | {
      readonly kind: 'access';
      readonly access: Access;
      readonly order: Order;
      /** The order that the kernel has there. */
      readonly written: Order;
    };

/** What is to be left of each thread of an execution, in program order. */
export type Sketch = readonly (readonly Statement[])[];

/**
 * The threads of a cycle, with what orders its accesses: the fences between them, those that were left
 * out, and, if asked for, the accesses between them that order.
 */
export function sketch(
  cycle: readonly Access[],
  threads: readonly (readonly Step[])[],
  accesses: readonly Access[],
  withOrderingAccesses: boolean,
): Sketch {
  const numbers = [...new Set(cycle.map(({ thread }) => thread))];
  return numbers.map((thread) => {
    const kept = new Map(
      cycle.filter((one) => one.thread === thread).map((one) => [one.position, one]),
    );
    const from = Math.min(...kept.keys());
    const to = Math.max(...kept.keys());
    const others = new Map(
      accesses.filter((one) => one.thread === thread).map((one) => [one.position, one]),
    );
    return threads[thread]!.slice(from, to + 1).flatMap((step, offset): Statement[] => {
      const position = from + offset;
      // What was left out before the first access of the cycle is not between its accesses.
      const leftOut = offset === 0 ? [] : fencesLeftOut(step);
      if (step.operation === 'fence')
        return [...leftOut, { kind: 'fence', fence: step.detail as Fence, step }];
      const access = kept.get(position) ?? others.get(position);
      if (access === undefined) return leftOut;
      const statement = statementOf(access);
      const isOrdering = withOrderingAccesses && statement.written > Order.relaxed;
      return kept.has(position) || isOrdering ? [...leftOut, statement] : leftOut;
    });
  });
}

function fencesLeftOut(step: Step): Statement[] {
  return weakenedAt(step).flatMap((site): Statement[] =>
    site.written.kind === 'fence'
      ? [{ kind: 'fence', fence: site.written.fence, step, leftOut: site }]
      : [],
  );
}

function statementOf(access: Access): Statement & { readonly kind: 'access' } {
  const { step } = access;
  const weakened = weakenedAt(step).find(({ written }) => written.kind === 'order');
  const written = weakened?.written.kind === 'order' ? weakened.written.order : step.order;
  return { kind: 'access', access, order: step.order, written };
}

/** The ordering sites that were weakened at a step, or between it and the one before. */
export function weakenedAt({ annotation }: Step): readonly OrderingSite[] {
  return (annotation as TraceAnnotation | undefined)?.weakened ?? [];
}

/** The step that a statement comes from. */
export function stepOf(statement: Statement): Step {
  return statement.kind === 'fence' ? statement.step : statement.access.step;
}
