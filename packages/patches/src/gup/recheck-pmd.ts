import { injectable } from '@pagerace/di';
import { GUP_FAST_RECHECK, type GupFastRecheck } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import type { Architecture, Pte, PteWalk } from '@pagerace/page-model';

/** The entry that points to the page table is looked at again, too. mm/gup.c:gup_pte_range(), v6.1. */
@injectable()
export class RecheckPmdAndPte implements GupFastRecheck {
  isUnchanged(arch: Architecture, { pmdp, pmd, ptep }: PteWalk, pte: Pte): boolean {
    // THP collapse takes the table out before it looks at the references: either it sees ours, or we
    // see that. The increment is a full barrier, so these loads need not be READ_ONCE() to come after it;
    // but nothing keeps the two in order. See RecheckPteFirst.
    return arch.pmdpGet(pmdp) === pmd && arch.ptepGet(ptep) === pte;
  }
}

export const gupFastRecheckPmd = definePatch({
  id: 'gup-fast-recheck-pmd',
  title: 'mm: gup: fix the fast GUP race against THP collapse',
  commit: '70cbc3cc78a9',
  since: 'v6.0',
  provides: [{ token: GUP_FAST_RECHECK, useClass: RecheckPmdAndPte }],
});
