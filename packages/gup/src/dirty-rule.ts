import { injectable, token } from '@pagerace/di';
import { asked, asOf, commit, history, since, unmerged } from '@pagerace/history';
import { smpMb } from '@pagerace/machine';
import { type Page, PageDirty, setPageDirtyLock } from '@pagerace/page-model';

export const DIRTY_RULE = token<DirtyRule>('gup.DirtyRule', { providedBy: ['@pagerace/gup'] });

/** The seam of how those who have written to a page make it dirty before they give it back. */
export interface DirtyRule {
  markDirty(page: Page): void;
}

/** By hand: set_page_dirty_lock(), and then put_page(). net/xdp/xdp_umem.c:xdp_umem_unpin_pages(), v5.1, among others. */
@injectable()
export class SetAlways implements DirtyRule {
  markDirty(page: Page): void {
    setPageDirtyLock(page);
  }
}

/** put_user_pages_dirty_lock(), v5.2; unpin_user_pages_dirty_lock() since v5.6: only a page that looks clean. */
@injectable()
export class SetIfClean implements DirtyRule {
  markDirty(page: Page): void {
    if (!PageDirty(page)) setPageDirtyLock(page);
  }
}

/** What was written before is seen by whoever makes the page clean after it was found dirty. */
@injectable()
export class SetIfCleanAfterBarrier implements DirtyRule {
  markDirty(page: Page): void {
    smpMb();
    if (!PageDirty(page)) setPageDirtyLock(page);
  }
}

export const putUserPages = commit({
  id: 'put-user-pages',
  title: 'mm: introduce put_user_page*(), placeholder versions',
  commit: 'fc1d8e7cca2d',
  since: 'v5.2',
});

/** Of no kernel: asks what is missing where the CPU itself has written to the page. */
export const unpinDirtyBarrier = unmerged({
  id: 'unpin-dirty-barrier',
  title: 'What if unpin_user_pages_dirty_lock() had a full barrier before it looks at PG_dirty',
});

export const dirtyRule = history(DIRTY_RULE, 'mm/gup.c:unpin_user_pages_dirty_lock()', [
  asOf('v4.12', SetAlways),
  since(putUserPages, SetIfClean),
  asked(unpinDirtyBarrier, SetIfCleanAfterBarrier),
]);
