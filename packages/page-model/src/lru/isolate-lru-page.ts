import { defineKernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import { getPage, putPage } from '../page/page-references.js';
import { TestClearPageLRU } from '../page/page-flags.js';
import type { Page } from '../page/page.js';
import { delPageFromLruList } from './lru-list.js';
import { lruCacheAdd } from './lru.js';

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
