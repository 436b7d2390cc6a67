import { injectable } from '@pagerace/di';
import { GUP_FAST_RECHECK, type GupFastRecheck } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import type { Architecture, PteWalk } from '@pagerace/page-model';

/** The entry that points to the page table is looked at again, too. mm/gup.c:gup_pte_range(), v6.1. */
@injectable()
export class RecheckPmdAndPte implements GupFastRecheck {
  isSameTable(arch: Architecture, { pmdp, pmd }: PteWalk): boolean {
    return arch.ptepGet(pmdp) === pmd;
  }
}

export const gupFastRecheckPmd = definePatch({
  id: 'gup-fast-recheck-pmd',
  title: 'mm: gup: fix the fast GUP race against THP collapse',
  commit: '70cbc3cc78a9',
  since: 'v6.1',
  provides: [{ token: GUP_FAST_RECHECK, useClass: RecheckPmdAndPte }],
});
