import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { BUG_ON, kernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import {
  type Page,
  pageMapping,
  setPageDirtyNobuffers,
  TestSetPageDirty,
} from '@pagerace/page-model';

export const DIRTY_NOBUFFERS = token<DirtyNobuffers>('writeback.DirtyNobuffers', {
  providedBy: ['@pagerace/writeback'],
});

/** The seam of __set_page_dirty_nobuffers(): what happens when a truncation comes between its two looks at the mapping. */
export interface DirtyNobuffers {
  /** @returns whether the page was clean */
  setPageDirtyNobuffers(page: Page): boolean;
}

/** mm/page-writeback.c:__set_page_dirty_nobuffers(), to v5.13: a BUG(); the page lock, or the PTL, is to keep truncation out. */
@injectable()
export class BugIfTruncated implements DirtyNobuffers {
  @kernelFunction('mm/page-writeback.c', '__set_page_dirty_nobuffers')
  setPageDirtyNobuffers(page: Page): boolean {
    if (TestSetPageDirty(page)) return false;
    const mapping = pageMapping(page);
    if (mapping === undefined) return true;
    spinLock(mapping.pagesLock);
    BUG_ON(
      pageMapping(page) !== mapping,
      `${page.name} has left ${mapping.name} while it was made dirty`,
    );
    mapping.setTag(page.index.read(), 'PAGECACHE_TAG_DIRTY');
    spinUnlock(mapping.pagesLock);
    return true;
  }
}

/** The same, v5.14: __set_page_dirty() tags no page that has left its file. */
@injectable()
export class UntaggedIfTruncated implements DirtyNobuffers {
  setPageDirtyNobuffers(page: Page): boolean {
    return setPageDirtyNobuffers(page);
  }
}

export const dirtyNobuffersNoBug = commit({
  id: 'dirty-nobuffers-no-bug',
  title: 'mm/writeback: use __set_page_dirty in __set_page_dirty_nobuffers',
  commit: '2f18be363c3332dedaabb9fc050a282a00f4f646',
  since: 'v5.14',
});

export const dirtyNobuffers = history(
  DIRTY_NOBUFFERS,
  'mm/page-writeback.c:__set_page_dirty_nobuffers()',
  [asOf('v4.4', BugIfTruncated), since(dirtyNobuffersNoBug, UntaggedIfTruncated)],
);
