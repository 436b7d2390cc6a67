import { defineKernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import { ClearPageActive, ClearPageLRU, PageLRU } from '../page/page-flags.js';
import type { Page } from '../page/page.js';
import { delPageFromLruList } from './lru-list.js';

/** __page_cache_release(): takes a page that is about to be freed off its list. */
export const pageCacheRelease = defineKernelFunction(
  'mm/swap.c',
  '__page_cache_release',
  (page: Page): void => {
    if (!PageLRU(page)) return;
    const { lruvec } = page.memory;
    spinLock(lruvec.lruLock);
    delPageFromLruList(page, lruvec);
    ClearPageLRU(page);
    ClearPageActive(page);
    spinUnlock(lruvec.lruLock);
  },
);
