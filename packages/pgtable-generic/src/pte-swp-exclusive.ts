import { token } from '@pagerace/di';
import { asOf, type Commit, type History, history, since } from '@pagerace/history';

export const PTE_SWP_EXCLUSIVE = token<PteSwpExclusive>('pgtable-generic.PteSwpExclusive');

/** The seam of __HAVE_ARCH_PTE_SWP_EXCLUSIVE. */
export interface PteSwpExclusive {
  /** Swap entries have an exclusive bit. Without it marking one changes nothing, and none is ever marked. */
  readonly hasBit: boolean;
}

/**
 * The history of an architecture's exclusive bit. What else a swap entry holds is as the layouts say, of the
 * release that each was read in.
 *
 * @param file the header with pte_swp_mkexclusive()
 */
export function pteSwpExclusiveHistory(file: string, patch: Commit): History {
  return history(PTE_SWP_EXCLUSIVE, `${file}:pte_swp_mkexclusive()`, [
    asOf('v4.12', { hasBit: false }),
    since(patch, { hasBit: true }),
  ]);
}
