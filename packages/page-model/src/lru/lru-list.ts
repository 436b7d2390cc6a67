import { defineKernelFunction } from '@pagerace/machine';
import type { Lruvec, LruList } from './lruvec.js';
import { PageActive, PageSwapBacked, PageUnevictable } from '../page/page-flags.js';
import type { Page } from '../page/page.js';

const file = 'include/linux/mm_inline.h';

/** page_is_file_lru(): whether a page belongs on a file list; a lazyfree anonymous page does. */
export const pageIsFileLru = defineKernelFunction(
  file,
  'page_is_file_lru',
  (page: Page): boolean => !PageSwapBacked(page),
);

/** page_lru(): the list on which a page belongs, by its flags. Hold lru_lock. */
export const pageLru = defineKernelFunction(file, 'page_lru', (page: Page): LruList => {
  if (PageUnevictable(page)) return 'unevictable';
  const kind = pageIsFileLru(page) ? 'file' : 'anon';
  return PageActive(page) ? `active_${kind}` : `inactive_${kind}`;
});

/** add_page_to_lru_list(). Hold lru_lock. */
export function addPageToLruList(page: Page, lruvec: Lruvec): void {
  lruvec.add(pageLru(page), page);
}

/** del_page_from_lru_list(). Hold lru_lock. */
export function delPageFromLruList(page: Page, lruvec: Lruvec): void {
  lruvec.remove(pageLru(page), page);
}
