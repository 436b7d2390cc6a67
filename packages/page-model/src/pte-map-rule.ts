import { token } from '@pagerace/di';

export const PTE_MAP_RULE = token<PteMapRule>('page-model.PteMapRule', {
  providedBy: ['@pagerace/kernel', '@pagerace/patches'],
});

/**
 * The seam of pte_offset_map() and its kin (include/linux/mm.h, mm/pgtable-generic.c): what keeps a page
 * table that was found, where a huge page may come into its place. It says nothing of GUP-fast, which has
 * interrupts off.
 */
export interface PteMapRule {
  /** Whether who has the lock looks whether the entry above is what it was. Since 0d940a9b270b, v6.5. */
  readonly looksAgain: boolean;
  /** Whether the table is used in an RCU section, for which who frees it waits. Since a349d72fd9ef, v6.6. */
  readonly inRcuSection: boolean;
}

/** It stays, as who takes it out has mmap_lock, or excludes walks of the reverse mappings. To v6.4. */
export const keptByLocks: PteMapRule = { looksAgain: false, inRcuSection: false };
