import { injectable } from '@pagerace/di';
import { GUP_FAST_RECHECK, type GupFastRecheck } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import type { Architecture, Pte, PteWalk } from '@pagerace/page-model';

/** As a compiler may order the two ordinary loads: the entry of the page first, the one above it last. */
@injectable()
export class RecheckPteFirst implements GupFastRecheck {
  isUnchanged(arch: Architecture, { pmdp, pmd, ptep }: PteWalk, pte: Pte): boolean {
    return arch.ptepGet(ptep) === pte && arch.pmdpGet(pmdp) === pmd;
  }
}

/**
 * The source of no kernel, but what a compiler may make of it: `pmd_val(pmd) != pmd_val(*pmdp) ||
 * pte_val(pte) != pte_val(*ptep)` of mm/gup.c:gup_pte_range() (v6.0) are ordinary loads, which C does not
 * order. No compiler is known to exchange them.
 */
export const gupFastRecheckPteFirst = definePatch({
  id: 'gup-fast-recheck-pte-first',
  title: 'What if a compiler exchanged the two loads of GUP-fast’s second look',
  supersedes: ['gup-fast-recheck-pmd'],
  provides: [{ token: GUP_FAST_RECHECK, useClass: RecheckPteFirst }],
});
