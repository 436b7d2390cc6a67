import { defineKernelFunction, smpMbAfterAtomic, VM_BUG_ON } from '@pagerace/machine';
import { AddressSpace } from './address-space.js';
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
import { lockPage, unlockPage } from './pagemap.js';

const file = 'mm/page-writeback.c';

/**
 * __set_page_dirty_no_writeback() (v5.18: noop_dirty_folio()): of a page that no file system has to hear
 * about, as those of swap and of shmem. @returns whether the page was clean
 */
export const setPageDirtyNoWriteback = defineKernelFunction(
  file,
  '__set_page_dirty_no_writeback',
  (page: Page): boolean => !PageDirty(page) && !TestSetPageDirty(page),
);

/** set_page_dirty(): tells the page's mapping, if it has one. @returns whether the page was clean */
export const setPageDirty = defineKernelFunction(file, 'set_page_dirty', (page: Page): boolean => {
  // page_mapping(): the swap cache's, or the file's; an anonymous page has none.
  const isInSwapCache = PageSwapCache(page);
  const mapping = isInSwapCache ? null : page.mapping.read();
  const ofFile = mapping instanceof AddressSpace;
  // Reclaim must not hurry to free it now.
  if ((isInSwapCache || ofFile) && PageReclaim(page)) ClearPageReclaim(page);
  if (ofFile) return mapping.aOps.setPageDirty(page);
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

/** clear_page_dirty_for_io(). Hold the page lock. @returns whether the page was dirty */
export const clearPageDirtyForIo = defineKernelFunction(
  file,
  'clear_page_dirty_for_io',
  (page: Page): boolean => TestClearPageDirty(page),
);

/** set_page_writeback(). Hold the page lock. */
export const setPageWriteback = defineKernelFunction(
  file,
  'test_set_page_writeback',
  (page: Page): void => {
    VM_BUG_ON(TestSetPageWriteback(page), `${page.name} is under writeback already`);
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
      !PageWriteback(page) || !TestClearPageWriteback(page),
      `${page.name} is not under writeback`,
    );
    smpMbAfterAtomic();
    putPage(page);
  },
);
