import {
  defineKernelFunction,
  smpMbAfterAtomic,
  spinLock,
  spinUnlock,
  VM_BUG_ON,
} from '@pagerace/machine';
import { getPage, putPage } from '../page/page-references.js';
import {
  ClearPageReclaim,
  PageDirty,
  PageReclaim,
  PageSwapCache,
  PageWriteback,
  TestClearPageDirty,
  TestClearPageWriteback,
  TestSetPageDirty,
  TestSetPageWriteback,
} from '../page/page-flags.js';
import type { Page } from '../page/page.js';
import { AddressSpace } from './address-space.js';
import { lockPage, unlockPage, waitOnPageWriteback } from './pagemap.js';

const file = 'mm/page-writeback.c';

/** page_mapping(), but undefined for the swap cache's: the file's; an anonymous page has none. */
export function pageMapping(page: Page): AddressSpace | undefined {
  return PageSwapCache(page) ? undefined : fileOf(page);
}

function fileOf(page: Page): AddressSpace | undefined {
  const mapping = page.mapping.read();
  return mapping instanceof AddressSpace ? mapping : undefined;
}

/**
 * __set_page_dirty_no_writeback() (v5.18: noop_dirty_folio()): of a page that no file system has to hear
 * about, as those of swap and of shmem. @returns whether the page was clean
 */
export const setPageDirtyNoWriteback = defineKernelFunction(
  file,
  '__set_page_dirty_no_writeback',
  (page: Page): boolean => !PageDirty(page) && !TestSetPageDirty(page),
);

/**
 * __set_page_dirty(): tags a page that has just become dirty, if it is in the file still. The caller may hold
 * no page lock, so that a truncation can take it out meanwhile.
 */
export const tagPageDirty = defineKernelFunction(
  file,
  '__set_page_dirty',
  (page: Page, mapping: AddressSpace): void => {
    spinLock(mapping.pagesLock);
    if (page.mapping.read() === mapping) mapping.setTag(page.index.read(), 'PAGECACHE_TAG_DIRTY');
    spinUnlock(mapping.pagesLock);
  },
);

/** __set_page_dirty_nobuffers() (v5.18: filemap_dirty_folio()). @returns whether the page was clean */
export const setPageDirtyNobuffers = defineKernelFunction(
  file,
  '__set_page_dirty_nobuffers',
  (page: Page): boolean => {
    if (TestSetPageDirty(page)) return false;
    const mapping = pageMapping(page);
    if (mapping === undefined) return true;
    tagPageDirty(page, mapping);
    return true;
  },
);

/** set_page_dirty(): tells the page's mapping, if it has one. @returns whether the page was clean */
export const setPageDirty = defineKernelFunction(file, 'set_page_dirty', (page: Page): boolean => {
  const isInSwapCache = PageSwapCache(page);
  const mapping = isInSwapCache ? undefined : fileOf(page);
  // Reclaim must not hurry to free it now.
  if ((isInSwapCache || mapping !== undefined) && PageReclaim(page)) ClearPageReclaim(page);
  if (mapping !== undefined) return mapping.aOps.setPageDirty(page);
  return !PageDirty(page) && !TestSetPageDirty(page);
});

/** set_page_dirty_lock(): for callers who have a reference, but nothing that keeps the mapping. */
export const setPageDirtyLock = defineKernelFunction(
  file,
  'set_page_dirty_lock',
  (page: Page): boolean => {
    lockPage(page);
    const wasClean = setPageDirty(page);
    unlockPage(page);
    return wasClean;
  },
);

/** cancel_dirty_page(): what was to be written is gone, or was written. Hold the page lock. */
export const cancelDirtyPage = defineKernelFunction(
  file,
  '__cancel_dirty_page',
  (page: Page): void => {
    TestClearPageDirty(page);
  },
);

/** set_page_writeback(). Hold the page lock. */
export const setPageWriteback = defineKernelFunction(
  file,
  'test_set_page_writeback',
  (page: Page): void => {
    const mapping = pageMapping(page);
    if (mapping !== undefined) spinLock(mapping.pagesLock);
    VM_BUG_ON(TestSetPageWriteback(page), `${page.name} is under writeback already`);
    if (mapping === undefined) return;
    const index = page.index.read();
    mapping.setTag(index, 'PAGECACHE_TAG_WRITEBACK');
    if (!PageDirty(page)) mapping.clearTag(index, 'PAGECACHE_TAG_DIRTY');
    mapping.clearTag(index, 'PAGECACHE_TAG_TOWRITE');
    spinUnlock(mapping.pagesLock);
  },
);

/** end_page_writeback(): wakes those who wait in wait_on_page_writeback() (mm/filemap.c). */
export const endPageWriteback = defineKernelFunction(
  'mm/filemap.c',
  'end_page_writeback',
  (page: Page): void => {
    // rotate_reclaimable_page() is left out: where a page stands on its list matters only for its age.
    if (PageReclaim(page)) ClearPageReclaim(page);
    // Once the bit is clear, reclaim may free the page.
    getPage(page);
    VM_BUG_ON(
      !PageWriteback(page) || !testClearPageWriteback(page),
      `${page.name} is not under writeback`,
    );
    smpMbAfterAtomic();
    putPage(page);
  },
);

const testClearPageWriteback = defineKernelFunction(
  file,
  'test_clear_page_writeback',
  (page: Page): boolean => {
    const mapping = pageMapping(page);
    if (mapping === undefined) return TestClearPageWriteback(page);
    spinLock(mapping.pagesLock);
    const was = TestClearPageWriteback(page);
    if (was) mapping.clearTag(page.index.read(), 'PAGECACHE_TAG_WRITEBACK');
    spinUnlock(mapping.pagesLock);
    return was;
  },
);

/** wait_for_stable_page(): waits for the end of writeback if the device needs the page unchanged. Hold the page lock. */
export const waitForStablePage = defineKernelFunction(
  file,
  'wait_for_stable_page',
  (page: Page, { stableWrites }: AddressSpace): void => {
    if (stableWrites) waitOnPageWriteback(page);
  },
);
