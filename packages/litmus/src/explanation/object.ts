import { type CycleEdge } from '@pagerace/memory-models/reference';

import { type Explanation } from './explanation.js';
import { type Moment, timeline } from './timeline.js';

/** An explanation as plain data, for JSON. */
export interface ExplanationObject {
  readonly kind: Explanation['kind'];
  readonly proposition: string;
  /** The execution's events, in the order of the timeline. */
  readonly timeline?: readonly Omit<Moment, 'event'>[];
  /** From read to the name of the event that it reads; initial writes have no name. */
  readonly readsFrom?: Readonly<Record<string, string>>;
  /** The axiom that forbids it. */
  readonly axiom?: string;
  /** The cycle that forbids it, or that makes a witness no interleaving. */
  readonly cycle?: readonly { readonly from: string; readonly to: string; readonly name: string }[];
}

export function explanationObject(explanation: Explanation): ExplanationObject {
  const { kind, proposition } = explanation;
  if (explanation.kind === 'unreachable') return { kind, proposition };
  const moments = timeline(explanation.candidate);
  const names = new Map(moments.map(({ event, name }) => [event, name]));
  const named = (event: number): string => names.get(event) ?? 'init';
  const told = (cycle: readonly CycleEdge[]) => ({
    cycle: cycle.map(({ from, to, name }) => ({ from: named(from), to: named(to), name })),
  });
  return {
    kind,
    proposition,
    timeline: moments.map(({ event: _, ...moment }) => moment),
    readsFrom: Object.fromEntries(
      explanation.candidate.execution.rf
        .pairs()
        .map(([write, read]) => [named(read), named(write)]),
    ),
    ...(explanation.kind === 'forbidden'
      ? { axiom: explanation.violation.axiom, ...told(explanation.violation.cycle) }
      : explanation.weak && told(explanation.weak)),
  };
}
