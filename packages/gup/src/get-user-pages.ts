import { token } from '@pagerace/di';
import type { Mm, Page, VirtualAddress } from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const GET_USER_PAGES = token<GetUserPages>('gup.GetUserPages', {
  providedBy: ['@pagerace/gup'],
});

/** Gives out references to the pages that a process has mapped (mm/gup.c). */
export interface GetUserPages {
  /**
   * get_user_pages_fast(), and with `pin` pin_user_pages_fast(): without a lock if possible, else as
   * {@link getUserPagesUnlocked}. Called without mmap_lock.
   *
   * @returns a page for each address from `start` on, in order; fewer with `fastOnly`, or if the next one
   *   is refused: its count has no room for a reference, or its mapping no pins for long (-EFAULT; of DAX -EOPNOTSUPP)
   */
  getUserPagesFast(mm: Mm, start: VirtualAddress, pages: number, flags: GupFlags): readonly Page[];
  /** get_user_pages_unlocked(): takes mmap_lock and the PTL, and faults pages in. @returns as `getUserPagesFast` */
  getUserPagesUnlocked(
    mm: Mm,
    start: VirtualAddress,
    pages: number,
    flags: GupFlags,
  ): readonly Page[];
  /** put_page(), or unpin_user_page() for a page that was pinned; put_user_page() with the patch `gup-track-pinned`. */
  release(page: Page, flags: GupFlags): void;
  /** set_page_dirty_lock() of a page that was written to through a reference. May sleep. */
  setPageDirtyLock(page: Page): void;
  /** unpin_user_pages_dirty_lock(), for one page: makes it dirty, as it was written to, and gives it back. */
  releaseDirty(page: Page, flags: GupFlags): void;
}
