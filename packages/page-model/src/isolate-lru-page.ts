import { defineKernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import { getPage, putPage } from './mm.js';
import { TestClearPageLRU } from './page-flags.js';
import type { Page } from './page.js';
import { delPageFromLruList, lruCacheAdd } from './swap.js';

const file = 'mm/vmscan.c';

/**
 * isolate_lru_page(): takes a page, of which the caller has a reference, off its LRU list, with a
 * reference more. @returns false if it is on none
 */
export const isolateLruPage = defineKernelFunction(
  file,
  'isolate_lru_page',
  (page: Page): boolean => {
    if (!TestClearPageLRU(page)) return false;
    getPage(page);
    const { lruvec } = page.memory;
    spinLock(lruvec.lruLock);
    delPageFromLruList(page, lruvec);
    spinUnlock(lruvec.lruLock);
    return true;
  },
);

/** putback_lru_page(): the other way round; the page waits in this CPU's batch at first. */
export const putbackLruPage = defineKernelFunction(file, 'putback_lru_page', (page: Page): void => {
  lruCacheAdd(page);
  putPage(page);
});
