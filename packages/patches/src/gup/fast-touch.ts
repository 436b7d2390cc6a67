import { injectable } from '@pagerace/di';
import { GUP_FAST_TOUCH, type GupFastTouch, type GupFlags } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';
import {
  type Architecture,
  type Page,
  PageDirty,
  type Pte,
  setPageDirty,
} from '@pagerace/page-model';

/**
 * GUP-fast makes a page dirty that it gives out for writing, as the slow path does (FOLL_TOUCH); and
 * before it looks at the entry again, so that whoever has removed that sees the bit.
 */
@injectable()
export class FastTouch implements GupFastTouch {
  touch(arch: Architecture, page: Page, pte: Pte, { write }: GupFlags): void {
    if (write === true && !arch.pteDirty(pte) && !PageDirty(page)) setPageDirty(page);
  }
}

/** Proposed by Minchan Kim when the fix was reviewed; not merged. */
export const gupFastTouch = definePatch({
  id: 'gup-fast-touch',
  title: 'mm/gup: FOLL_TOUCH in the fast path',
  provides: [{ token: GUP_FAST_TOUCH, useClass: FastTouch }],
});
