import { injectable } from '@pagerace/di';
import { GUP_FAST_RECHECK, type GupFastRecheck } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import { read } from '@pagerace/machine';
import type { Architecture, Pte, PteWalk } from '@pagerace/page-model';

/** The second look by ordinary C loads, to the letter of mm/gup.c:gup_pte_range(), v6.1. */
@injectable()
export class RecheckByPlainLoads implements GupFastRecheck {
  isUnchanged(_arch: Architecture, { pmdp, pmd, ptep }: PteWalk, pte: Pte): boolean {
    return read(pmdp) === pmd && read(ptep) === pte;
  }
}

/**
 * Of no kernel, in so far as elsewhere the model takes the two loads for READ_ONCE(): asks what the
 * difference is. A compiler is not modelled, so each load is one load, in the order of the source; the
 * other order has `gup-fast-recheck-pte-first`.
 */
export const gupFastRecheckPlain = definePatch({
  id: 'gup-fast-recheck-plain',
  title: 'What if GUP-fast’s second look were checked as the ordinary loads that it consists of',
  supersedes: ['gup-fast-recheck-pmd'],
  provides: [{ token: GUP_FAST_RECHECK, useClass: RecheckByPlainLoads }],
});
