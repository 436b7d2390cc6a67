import { atomicRead, defineKernelFunction } from '@pagerace/machine';
import { AnonVma } from './anon-vma.js';
import type { Page } from './page.js';
import { pageCacheRelease } from './swap.js';
import {
  pageCount,
  pageRefAddUnless,
  pageRefDecAndTest,
  pageRefInc,
  pageRefSubAndTest,
} from './page-ref.js';

const file = 'include/linux/mm.h';

/** What a FOLL_PIN reference adds to the count of a small page. */
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

/** unpin_user_page() of a small page (mm/gup.c). */
export const unpinUserPage = defineKernelFunction(
  'mm/gup.c',
  'unpin_user_page',
  (page: Page): void => {
    if (page.isZeroPage) return;
    if (pageRefSubAndTest(page, GUP_PIN_COUNTING_BIAS)) __putPage(page);
  },
);

/** page_maybe_dma_pinned(): whether there is, or may seem to be, a FOLL_PIN reference. Unordered. */
export const pageMaybeDmaPinned = defineKernelFunction(
  file,
  'page_maybe_dma_pinned',
  (page: Page): boolean => pageCount(page) >= GUP_PIN_COUNTING_BIAS,
);

/** page_mapcount(): how many page-table entries map the page, by itself or as part of a huge one. Unordered. */
export const pageMapcount = defineKernelFunction(
  file,
  'page_mapcount',
  (page: Page): number =>
    atomicRead(page._mapcount) + 1 + (page.isHuge ? atomicRead(page.compoundMapcount) + 1 : 0),
);

/**
 * page_trans_huge_mapcount(): as page_mapcount(), but of a huge page that of the page that is mapped most
 * often. Unordered. Removed in v5.18, with reuse_swap_page().
 */
export const pageTransHugeMapcount = defineKernelFunction(
  'mm/huge_memory.c',
  'page_trans_huge_mapcount',
  (page: Page): number =>
    Math.max(...page.memory.subpages(page.head).map((one) => pageMapcount(one))),
);

/** page_mapped(). Unordered. */
export const pageMapped = defineKernelFunction(
  file,
  'page_mapped',
  (page: Page): boolean => atomicRead(page._mapcount) >= 0,
);

/** PageAnon(). */
export const PageAnon = defineKernelFunction(
  'include/linux/page-flags.h',
  'PageAnon',
  (page: Page): boolean => page.mapping.read() instanceof AnonVma,
);
