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
    }
  | LockStatement;

/** A spinlock is taken, or given back. */
interface LockStatement {
  readonly kind: 'lock';
  readonly access: Access;
  /** What ends the critical section: without the one statement of it there is not the other. */
  readonly section: Access;
}

/** What is to be left of each thread of an execution, in program order. */
export type Sketch = readonly (readonly Statement[])[];

/**
 * The threads of a cycle, with what orders its accesses: the fences between them, those that were left
 * out, and, if asked for, the accesses between them that order, and the locks that are held.
 */
export function sketch(
  cycle: readonly Access[],
  threads: readonly (readonly Step[])[],
  accesses: readonly Access[],
  withOthers: boolean,
): Sketch {
  const numbers = [...new Set(cycle.map(({ thread }) => thread))];
  return numbers.map((thread) => {
    const own = accesses.filter((one) => one.thread === thread);
    const kept = new Set(cycle.filter((one) => one.thread === thread));
    const positions = [...kept].map(({ position }) => position);
    const from = Math.min(...positions);
    const to = Math.max(...positions);
    const at = new Map(own.map((one) => [one.position, one]));
    const locks = withOthers ? locksHeld(own, from, to) : [];
    const between = threads[thread]!.slice(from, to + 1).flatMap((step, offset): Statement[] => {
      // What was left out before the first access of the cycle is not between its accesses.
      const leftOut = offset === 0 ? [] : fencesLeftOut(step);
      if (step.operation === 'fence')
        return [...leftOut, { kind: 'fence', fence: step.detail as Fence, step }];
      const access = at.get(from + offset);
      if (access === undefined) return leftOut;
      if (access.isLock) return [...leftOut, ...locks.filter((one) => one.access === access)];
      const statement = statementOf(access);
      const isOrdering = withOthers && statement.written > Order.relaxed;
      return kept.has(access) || isOrdering ? [...leftOut, statement] : leftOut;
    });
    return [
      ...locks.filter(({ access }) => access.position < from),
      ...between,
      ...locks.filter(({ access }) => access.position > to),
    ];
  });
}

/** The locks that a thread holds somewhere between two positions: how each is taken, and given back. */
function locksHeld(accesses: readonly Access[], from: number, to: number): LockStatement[] {
  const taken = new Map<string, Access>();
  return accesses
    .filter(({ isLock }) => isLock)
    .flatMap((access): LockStatement[] => {
      if (access.step.operation === 'update') taken.set(access.cell, access);
      if (access.step.operation !== 'write') return [];
      const lock = taken.get(access.cell);
      if (lock === undefined || lock.position > to || access.position < from) return [];
      return [
        { kind: 'lock', access: lock, section: access },
        { kind: 'lock', access, section: access },
      ];
    })
    .sort((one, other) => one.access.position - other.access.position);
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
