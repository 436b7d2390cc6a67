import { defineKernelFunction, testBit } from '@pagerace/machine';
import type { Page } from './page.js';
import { pageCacheRelease } from '../lru/page-cache-release.js';
import type { Vma } from '../mm/vma.js';
import { pageCount, pageRefAddUnless, pageRefDecAndTest, pageRefInc } from './page-ref.js';

const file = 'include/linux/mm.h';

/** What a FOLL_PIN reference adds to the count of a small page, unless `MemoryOptions.pinBias` says otherwise. */
export const GUP_PIN_COUNTING_BIAS = 1024;

/** get_page(): one more reference to a page of which the caller has one. Unordered. */
export const getPage = defineKernelFunction(file, 'get_page', (page: Page): void => {
  if (page.isZeroPage) return;
  pageRefInc(page);
});

/** get_page_unless_zero(): fully ordered on success. @returns false if the page is free or frozen */
export const getPageUnlessZero = defineKernelFunction(
  file,
  'get_page_unless_zero',
  (page: Page): boolean => page.isZeroPage || pageRefAddUnless(page, 1, 0),
);

/** try_get_page(): as get_page(), but not of a page without references. Unordered. */
export const tryGetPage = defineKernelFunction(file, 'try_get_page', (page: Page): boolean => {
  if (page.isZeroPage) return true;
  if (pageCount(page) <= 0) return false;
  pageRefInc(page);
  return true;
});

/** put_page_testzero(). Fully ordered. @returns whether the caller had the last reference */
export const putPageTestzero = defineKernelFunction(
  file,
  'put_page_testzero',
  (page: Page): boolean => !page.isZeroPage && pageRefDecAndTest(page),
);

/** put_page(): gives a reference back, and frees the page if it was the last. */
export const putPage = defineKernelFunction(file, 'put_page', (page: Page): void => {
  if (putPageTestzero(page)) __putPage(page);
});

/** __put_page(): frees a page that has no reference left (mm/swap.c). */
export const __putPage = defineKernelFunction('mm/swap.c', '__put_page', (page: Page): void => {
  pageCacheRelease(page.head);
  page.memory.allocator.freeUnrefPage(page.head);
});

/** unpin_user_page(): gives a FOLL_PIN reference back, the pin before the reference. */
export function unpinUserPage(page: Page): void {
  page.memory.pinCounting.unpin(page);
}

/**
 * page_maybe_dma_pinned(): whether there is a FOLL_PIN reference; of a small page, whether there is or may
 * seem to be one. Unordered.
 */
export function pageMaybeDmaPinned(page: Page): boolean {
  return page.memory.pinCounting.maybePinned(page);
}

/** page_needs_cow_for_dma() (v5.11): whether fork must copy a page of `vma` at once. Hold the PTL. Unordered. */
export const pageNeedsCowForDma = defineKernelFunction(
  file,
  'page_needs_cow_for_dma',
  ({ mm }: Vma, page: Page): boolean => testBit(mm.hasPinned) && pageMaybeDmaPinned(page),
);
