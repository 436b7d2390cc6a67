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

export const explanations: readonly Explanation[] = [
  {
    pair: ['madv-dontneed', 'collapse'],
    states: ['huge', 'huge+shared'],
    property: 'leak',
    reason:
      'an artefact: the model isolates and puts back a later page of a split-mapped huge page by itself, and ' +
      'auditReferences() does not count that page, in an LRU batch, as a reference to the huge page',
    source:
      '__collapse_huge_page_isolate() takes compound_head(page) (mm/khugepaged.c, v5.17), and a compound ' +
      'page never waits in a batch: pagevec_add_and_need_flush() (mm/swap.c, v5.17)',
  },
];

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
