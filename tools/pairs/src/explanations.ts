import type { Explored } from './exploring.js';

/** Why a violation on the newest kernel is one that is known. */
export interface Explanation {
  /** Ids of the two operations, in either order. */
  readonly pair: readonly [string, string];
  /** Ids of start states. */
  readonly states: readonly string[];
  readonly property: string;
  readonly reason: string;
  /** Function, file and release or commit. */
  readonly source: string;
}

export const explanations: readonly Explanation[] = [];

/** The explanation of a violation, if there is one. */
export function explanationOf(
  { pair: { state, first, second } }: Pick<Explored, 'pair'>,
  property: string,
): Explanation | undefined {
  return explanations.find(
    ({ pair, states, property: explained }) =>
      explained === property &&
      states.includes(state.id) &&
      [first.id, second.id].sort().join() === [...pair].sort().join(),
  );
}
