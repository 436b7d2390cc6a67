import {
  defineKernelFunction,
  preemptDisable,
  preemptEnable,
  read,
  smpMbAfterAtomic,
  spinLock,
  spinUnlock,
  write,
} from '@pagerace/machine';
import { type LruPvecs, type Pagevec, PAGEVEC_SIZE } from './lru-batches.js';
import { addPageToLruList, delPageFromLruList } from './lru-list.js';
import { PageAnon } from '../mapping/page-anon.js';
import type { Memory } from '../memory.js';
import { __putPage, getPage, putPageTestzero } from '../page/page-references.js';
import {
  ClearPageActive,
  ClearPageLRU,
  ClearPageReferenced,
  ClearPageSwapBacked,
  PageActive,
  PageLRU,
  PageReferenced,
  PageSwapBacked,
  PageSwapCache,
  PageUnevictable,
  SetPageActive,
  SetPageLRU,
  SetPageReferenced,
  TestClearPageLRU,
} from '../page/page-flags.js';
import type { Page } from '../page/page.js';

// The kernel takes lru_lock with interrupts off, since I/O completions take it too. Here a completion is
// an agent of its own, whom the lock alone keeps out, so nothing but a delay of IPIs would be gained.

const file = 'mm/swap.c';

/** lru_cache_add(): puts a page into this CPU's batch, to get on a list when that is drained. */
export const lruCacheAdd = defineKernelFunction(file, 'lru_cache_add', (page: Page): void => {
  const { memory } = page;
  getPage(page);
  pagevecAdd(memory, 'lruAdd', page);
});

/** mark_page_lazyfree(): asks that an anonymous page be freed without being written, if it stays clean. */
export const markPageLazyfree = defineKernelFunction(
  file,
  'mark_page_lazyfree',
  (page: Page): void => {
    if (
      PageLRU(page) &&
      PageAnon(page) &&
      PageSwapBacked(page) &&
      !PageSwapCache(page) &&
      !PageUnevictable(page)
    ) {
      getPage(page);
      pagevecAdd(page.memory, 'lruLazyfree', page);
    }
  },
);

/** lru_add_drain(): empties the batches of this CPU, and of no other. */
export const lruAddDrain = defineKernelFunction(file, 'lru_add_drain', (memory: Memory): void => {
  preemptDisable();
  const pvecs = memory.lruBatches.here();
  drain(memory, pvecs, 'lruAdd');
  drain(memory, pvecs, 'lruLazyfree');
  preemptEnable();
});

/** mark_page_accessed(): a page that is accessed again while inactive is made active. */
export const markPageAccessed = defineKernelFunction(
  file,
  'mark_page_accessed',
  (page: Page): void => {
    if (!PageReferenced(page)) {
      SetPageReferenced(page);
      return;
    }
    if (PageUnevictable(page) || PageActive(page)) return;
    if (PageLRU(page)) activatePage(page);
    else SetPageActive(page);
    ClearPageReferenced(page);
  },
);

/** activate_page(). At once, as without CONFIG_SMP; with it the kernel makes a batch of these too. */
export const activatePage = defineKernelFunction(file, 'activate_page', (page: Page): void => {
  if (!TestClearPageLRU(page)) return;
  const { lruvec } = page.memory;
  spinLock(lruvec.lruLock);
  if (!PageActive(page) && !PageUnevictable(page)) {
    delPageFromLruList(page, lruvec);
    SetPageActive(page);
    addPageToLruList(page, lruvec);
  }
  spinUnlock(lruvec.lruLock);
  SetPageLRU(page);
});

function pagevecAdd(memory: Memory, which: keyof LruPvecs, page: Page): void {
  preemptDisable();
  const pvecs = memory.lruBatches.here();
  const pages = [...read(pvecs[which]), page];
  write(pvecs[which], pages);
  // pagevec_add_and_need_flush(), v5.17: a compound page never waits in a batch.
  if (pages.length >= PAGEVEC_SIZE || page.isHuge) drain(memory, pvecs, which);
  preemptEnable();
}

function drain(memory: Memory, pvecs: LruPvecs, which: keyof LruPvecs): void {
  const pages = take(pvecs[which]);
  if (pages.length === 0) return;
  if (which === 'lruAdd') pagevecLruAdd(memory, pages);
  else lruLazyfree(memory, pages);
  releasePages(memory, pages);
}

/**
 * release_pages(): gives back a reference to each page, and frees those that had no other. lru_lock is held
 * from the first of them that is on a list to the end. Read in v5.17.
 */
const releasePages = defineKernelFunction(
  file,
  'release_pages',
  ({ lruvec, allocator }: Memory, pages: readonly Page[]): void => {
    const toFree: Page[] = [];
    let isLocked = false;
    for (const page of pages) {
      if (!putPageTestzero(page)) continue;
      if (page.isHuge) {
        if (isLocked) spinUnlock(lruvec.lruLock);
        isLocked = false;
        __putPage(page);
        continue;
      }
      if (PageLRU(page)) {
        if (!isLocked) spinLock(lruvec.lruLock);
        isLocked = true;
        delPageFromLruList(page, lruvec);
        ClearPageLRU(page);
        ClearPageActive(page);
      }
      toFree.push(page);
    }
    if (isLocked) spinUnlock(lruvec.lruLock);
    for (const page of toFree) allocator.freeUnrefPage(page);
  },
);

function take(pagevec: Pagevec): readonly Page[] {
  const pages = read(pagevec);
  if (pages.length > 0) write(pagevec, []);
  return pages;
}

const pagevecLruAdd = defineKernelFunction(
  file,
  '__pagevec_lru_add',
  ({ lruvec }: Memory, pages: readonly Page[]): void => {
    spinLock(lruvec.lruLock);
    for (const page of pages) {
      SetPageLRU(page);
      // Pairs with the barrier of a munlock that tests PG_lru after it has cleared PG_mlocked.
      smpMbAfterAtomic();
      addPageToLruList(page, lruvec);
    }
    spinUnlock(lruvec.lruLock);
  },
);

/** pagevec_lru_move_fn() with lru_lazyfree_fn(). */
const lruLazyfree = defineKernelFunction(
  file,
  'lru_lazyfree_fn',
  ({ lruvec }: Memory, pages: readonly Page[]): void => {
    for (const page of pages) {
      if (!TestClearPageLRU(page)) continue;
      spinLock(lruvec.lruLock);
      if (
        PageAnon(page) &&
        PageSwapBacked(page) &&
        !PageSwapCache(page) &&
        !PageUnevictable(page)
      ) {
        delPageFromLruList(page, lruvec);
        ClearPageActive(page);
        ClearPageReferenced(page);
        // From here on the page is lazyfree: anonymous, and not backed by swap.
        ClearPageSwapBacked(page);
        addPageToLruList(page, lruvec);
      }
      spinUnlock(lruvec.lruLock);
      SetPageLRU(page);
    }
  },
);
