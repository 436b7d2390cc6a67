import { atomicRead, defineKernelFunction } from '@pagerace/machine';
import type { Page } from './page.js';

const file = 'include/linux/mm.h';

/** page_mapcount(): how many page-table entries map the page, by itself or as part of a huge one. Unordered. */
export const pageMapcount = defineKernelFunction(
  file,
  'page_mapcount',
  (page: Page): number =>
    atomicRead(page._mapcount) + 1 + (page.isHuge ? atomicRead(page.compoundMapcount) + 1 : 0),
);

/** total_mapcount(): how many page-table entries map any part of the page, whose head it is. Unordered. */
export const totalMapcount = defineKernelFunction(
  'mm/huge_memory.c',
  'total_mapcount',
  (page: Page): number =>
    page.memory.subpages(page).reduce((sum, one) => sum + atomicRead(one._mapcount) + 1, 0) +
    (page.isHuge ? atomicRead(page.compoundMapcount) + 1 : 0),
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
