import type { Explored } from './exploring.js';

/** A race that kernels have, and the patch that mends it. `failureOf()` checks that it does. */
export interface KnownRace {
  /** Ids of the two operations, in either order. */
  readonly pair: readonly [string, string];
  /** Ids of start states. */
  readonly states: readonly string[];
  readonly property: string;
  /** The id of a patch: with it, and with what it needs, the pair does not violate the property. */
  readonly mendedBy: string;
  readonly reason: string;
}

const LAZYFREE_WRITTEN =
  'try_to_unmap_one() discards a lazyfree page that GUP has a reference to, since it is not dirty yet';

const lazyfreeWritten = (first: string): KnownRace => ({
  pair: [first, 'reclaim'],
  states: ['lazyfree'],
  property: 'no-lost-write',
  mendedBy: 'madv-free-refcount-check',
  reason: LAZYFREE_WRITTEN,
});

const lateGupFast = (first: string, property: string): KnownRace => ({
  pair: [first, 'collapse'],
  states: ['dirty', 'lazyfree'],
  property,
  mendedBy: 'gup-fast-recheck-pmd',
  reason:
    'GUP-fast, in a walk that began before the table was taken out, gets a reference to a page that ' +
    'khugepaged has found unreferenced, where the flush sends no interrupt',
});

export const knownRaces: readonly KnownRace[] = [
  ...['gup', 'kvm', 'dio-read'].map((first) => lateGupFast(first, 'no-lost-write')),
  lateGupFast('pin', 'no-stale-pin'),
  ...['gup', 'kvm', 'dio-read'].map(lazyfreeWritten),
  {
    pair: ['pin', 'reclaim'],
    states: ['lazyfree'],
    property: 'no-stale-pin',
    mendedBy: 'madv-free-refcount-check',
    reason: LAZYFREE_WRITTEN,
  },
  {
    pair: ['pin', 'reclaim'],
    states: ['dirty'],
    property: 'no-stale-pin',
    mendedBy: 'anon-exclusive',
    reason:
      'GUP-fast pins a page between the check of shrink_page_list() and try_to_unmap_one(), which unmaps it; ' +
      'with PG_anon_exclusive it looks for pins when the entry is cleared',
  },
];

/** The known race that a violation may be. */
export function knownRaceOf(
  { pair: { state, first, second } }: Pick<Explored, 'pair'>,
  property: string,
): KnownRace | undefined {
  return knownRaces.find(
    (race) =>
      race.property === property &&
      race.states.includes(state.id) &&
      [first.id, second.id].sort().join() === [...race.pair].sort().join(),
  );
}
