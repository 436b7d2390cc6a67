import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const PTE_MAP_RULE = token<PteMapRule>('page-model.PteMapRule', {
  providedBy: ['@pagerace/page-model'],
});

/**
 * The seam of pte_offset_map() and its kin (include/linux/mm.h, mm/pgtable-generic.c): what keeps a page
 * table that was found, where a huge page may come into its place. It says nothing of GUP-fast, which has
 * interrupts off.
 */
export interface PteMapRule {
  /** Whether who has the lock looks whether the entry above is what it was. */
  readonly looksAgain: boolean;
  /** Whether the table is used in an RCU section, for which who frees it waits. */
  readonly inRcuSection: boolean;
}

/** It stays, as who takes it out has mmap_lock, or excludes walks of the reverse mappings. */
export const keptByLocks: PteMapRule = { looksAgain: false, inRcuSection: false };

export const pteMapLooksAgain = commit({
  id: 'pte-map-looks-again',
  title: 'mm/pgtable: allow pte_offset_map[_lock]() to fail',
  commit: '0d940a9b270b',
  since: 'v6.5',
});

export const pteMapInRcuSection = commit({
  id: 'pte-map-in-rcu-section',
  title: 'mm/pgtable: add rcu_read_lock() and rcu_read_unlock()s',
  commit: 'a349d72fd9ef',
  since: 'v6.6',
});

export const pteMapRule = history(PTE_MAP_RULE, 'mm/pgtable-generic.c:__pte_offset_map()', [
  asOf('v4.12', keptByLocks),
  since(pteMapLooksAgain, { looksAgain: true, inRcuSection: false }),
  since(pteMapInRcuSection, { looksAgain: true, inRcuSection: true }),
]);
