import { injectable, token } from '@pagerace/di';
import { asked, asOf, commit, history, since, unmerged } from '@pagerace/history';
import { kernelFunction, smpMb } from '@pagerace/machine';
import {
  AddressSpace,
  type Page,
  PageDirty,
  setPageDirty,
  setPageDirtyLock,
  unlockPage,
} from '@pagerace/page-model';

export const DIRTY_RULE = token<DirtyRule>('gup.DirtyRule', { providedBy: ['@pagerace/gup'] });

/** The seam of how those who have written to a page make it dirty before they give it back. May sleep. */
export interface DirtyRule {
  /** By hand. */
  setPageDirtyLock(page: Page): void;
  /** unpin_user_pages_dirty_lock(). */
  markDirty(page: Page): void;
}

/** set_page_dirty_lock(), and then put_page(). net/xdp/xdp_umem.c:xdp_umem_unpin_pages(), v5.1, among others. */
@injectable()
export class SetAlways implements DirtyRule {
  setPageDirtyLock(page: Page): void {
    setPageDirtyLock(page);
  }

  markDirty(page: Page): void {
    this.setPageDirtyLock(page);
  }
}

/** put_user_pages_dirty_lock(), v5.2; unpin_user_pages_dirty_lock() since v5.6: only a page that looks clean. */
@injectable()
export class SetIfClean extends SetAlways {
  override markDirty(page: Page): void {
    if (!PageDirty(page)) this.setPageDirtyLock(page);
  }
}

/** What was written before is seen by whoever makes the page clean after it was found dirty. */
@injectable()
export class SetIfCleanAfterBarrier extends SetIfClean {
  override markDirty(page: Page): void {
    smpMb();
    super.markDirty(page);
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

/**
 * A page of a file becomes dirty as by a write fault: page_mkwrite() is asked, and returns with the page locked. It
 * asks every time: whether the page is clean is not known before its lock is held.
 */
@injectable()
export class AskBeforeDirty extends SetAlways {
  @kernelFunction('mm/gup.c', 'set_page_dirty_mkwrite')
  override setPageDirtyLock(page: Page): void {
    if (this.#pageMkwrite(page)) {
      setPageDirty(page);
      unlockPage(page);
    } else {
      setPageDirtyLock(page);
    }
  }

  /** @returns whether the file system agrees, and the page is locked; a page that was truncated has none to ask */
  #pageMkwrite(page: Page): boolean {
    const file = page.mapping.read();
    if (!(file instanceof AddressSpace)) return false;
    return file.vmOps.pageMkwrite?.({ vma: { file } }, page) === 'VM_FAULT_LOCKED';
  }
}

/** "->page_mkwrite must be called on every write access to a clean file backed page, not just the first one." */
export const mkwriteBeforeDirty = unmerged({
  id: 'mkwrite-before-dirty',
  title: 'Users of GUP ask page_mkwrite() before they make a page dirty',
});

export const dirtyRule = history(DIRTY_RULE, 'mm/gup.c:unpin_user_pages_dirty_lock()', [
  asOf('v4.12', SetAlways),
  since(putUserPages, SetIfClean),
  asked(unpinDirtyBarrier, SetIfCleanAfterBarrier),
  asked(mkwriteBeforeDirty, AskBeforeDirty),
]);
