import { injectable, token } from '@pagerace/di';
import { asked, asOf, commit, history, since, unmerged } from '@pagerace/history';
import { read } from '@pagerace/machine';
import type { Architecture, Pte, PteWalk } from '@pagerace/page-model';

export const GUP_FAST_RECHECK = token<GupFastRecheck>('gup.GupFastRecheck', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of gup_pte_range()'s second look: what must not have changed since before the reference. */
export interface GupFastRecheck {
  /**
   * Whether the page may be given out.
   *
   * @param pte as it was before the reference was taken
   */
  isUnchanged(arch: Architecture, walk: PteWalk, pte: Pte): boolean;
}

/** Only the entry is looked at again. mm/gup.c, to v5.19. */
@injectable()
export class RecheckPte implements GupFastRecheck {
  isUnchanged(arch: Architecture, { ptep }: PteWalk, pte: Pte): boolean {
    return arch.ptepGet(ptep) === pte;
  }
}

/** The entry that points to the page table is looked at again, too. mm/gup.c:gup_pte_range(), v6.0. */
@injectable()
export class RecheckPmdAndPte implements GupFastRecheck {
  isUnchanged(arch: Architecture, { pmdp, pmd, ptep }: PteWalk, pte: Pte): boolean {
    // THP collapse takes the table out before it looks at the references: either it sees ours, or we
    // see that. The increment is a full barrier, so these loads need not be READ_ONCE() to come after it;
    // but nothing keeps the two in order. See RecheckPteFirst.
    return arch.pmdpGet(pmdp) === pmd && arch.ptepGet(ptep) === pte;
  }
}

export const gupFastRecheckPmd = commit({
  id: 'gup-fast-recheck-pmd',
  title: 'mm: gup: fix the fast GUP race against THP collapse',
  commit: '70cbc3cc78a9',
  since: 'v6.0',
});

/** What was found once is taken for granted. */
@injectable()
export class NoRecheck implements GupFastRecheck {
  isUnchanged(): boolean {
    return true;
  }
}

/** Of no kernel: asks where the second look matters. */
export const gupFastNoRecheck = unmerged({
  id: 'gup-fast-no-recheck',
  title: 'What if GUP-fast looked at no entry again',
});

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
export const gupFastRecheckPlain = unmerged({
  id: 'gup-fast-recheck-plain',
  title: 'What if GUP-fast’s second look were checked as the ordinary loads that it consists of',
});

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
export const gupFastRecheckPteFirst = unmerged({
  id: 'gup-fast-recheck-pte-first',
  title: 'What if a compiler exchanged the two loads of GUP-fast’s second look',
});

export const gupFastRecheck = history(GUP_FAST_RECHECK, 'mm/gup.c:gup_pte_range()', [
  asOf('v4.12', RecheckPte),
  since(gupFastRecheckPmd, RecheckPmdAndPte),
  asked(gupFastNoRecheck, NoRecheck),
  asked(gupFastRecheckPlain, RecheckByPlainLoads),
  asked(gupFastRecheckPteFirst, RecheckPteFirst),
]);
