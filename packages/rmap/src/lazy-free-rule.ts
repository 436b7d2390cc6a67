import { injectable, token } from '@pagerace/di';
import { type Page, PageDirty, type Vma } from '@pagerace/page-model';

export const LAZY_FREE_RULE = token<LazyFreeRule>('rmap.LazyFreeRule', {
  providedBy: ['@pagerace/rmap', '@pagerace/patches'],
});

/** What becomes of a lazyfree page, one of whose page-table entries has just been cleared. */
export type LazyFreeFate =
  /** The entry stays cleared, and what was written through it is lost. */
  | 'discard'
  /** The entry is put back, and the page is backed by swap again. */
  | 'remap'
  /** The entry is put back; the page stays lazyfree, for the next attempt. */
  | 'remap, still lazyfree';

/**
 * The seam of the MADV_FREE page check in try_to_unmap_one(): a page without PG_swapbacked may be
 * thrown away if nobody has written to it since madvise(MADV_FREE), and if nobody is about to.
 */
export interface LazyFreeRule {
  /** Called with the page lock and the PTL held, after the entry was cleared and its dirty bit moved. */
  fateOf(page: Page, vma: Vma): LazyFreeFate;
  /** Whether the pages of this mapping are lazyfree from their birth, dirty or not: VM_DROPPABLE. */
  isDroppable(vma: Vma): boolean;
}

/**
 * Only what has been written counts: not that somebody holds a reference through which he will write.
 *
 * mm/rmap.c, from v4.12 (802a3a92ad7a, "mm: reclaim MADV_FREE pages") to v5.17.
 */
@injectable()
export class DiscardUnlessDirty implements LazyFreeRule {
  fateOf(page: Page): LazyFreeFate {
    return PageDirty(page) ? 'remap' : 'discard';
  }

  isDroppable(): boolean {
    return false;
  }
}
