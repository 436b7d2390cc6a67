import { injectable, token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';
import {
  type Architecture,
  type Page,
  PageDirty,
  type Pte,
  setPageDirty,
} from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const GUP_FAST_TOUCH = token<GupFastTouch>('gup.GupFastTouch', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of FOLL_TOUCH in GUP-fast: what it does with a page before it looks at the entry again. */
export interface GupFastTouch {
  touch(arch: Architecture, page: Page, pte: Pte, flags: GupFlags): void;
}

/** Nothing: a page that will be written to stays clean until its user makes it dirty. All releases. */
@injectable()
export class NoFastTouch implements GupFastTouch {
  touch(): void {
    // The slow path is different: see follow_page_pte().
  }
}

/**
 * GUP-fast makes a page dirty that it gives out for writing, as the slow path does (FOLL_TOUCH); and
 * before it looks at the entry again, so that reclaim, which has removed the entry, sees the bit.
 */
@injectable()
export class FastTouch implements GupFastTouch {
  touch(arch: Architecture, page: Page, pte: Pte, { write }: GupFlags): void {
    if (write === true && !arch.pteDirty(pte) && !PageDirty(page)) setPageDirty(page);
  }
}

/** Proposed by Minchan Kim when the fix was reviewed; not merged. */
export const gupFastTouch = unmerged({
  id: 'gup-fast-touch',
  title: 'mm/gup: FOLL_TOUCH in the fast path',
});

export const gupFastTouchHistory = history(
  GUP_FAST_TOUCH,
  'mm/gup.c:gup_pte_range(), before its second look',
  [asOf('v4.12', NoFastTouch), asked(gupFastTouch, FastTouch)],
);
