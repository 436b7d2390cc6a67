import { injectable } from '@pagerace/di';
import { commit } from '@pagerace/history';
import {
  type Page,
  pageCount,
  PageKsm,
  pageMapcount,
  pageNeedsCowForDma,
  trylockPage,
  unlockPage,
  type Vma,
} from '@pagerace/page-model';
import type { WriteProtectFate } from '../anon-reuse-rule.js';
import { DupPinned, ReuseByMapCount } from './map-count.js';

/**
 * A write fault goes on with the page only if nobody at all has another reference to it; a fault from
 * swap still goes by the map and swap counts. mm/memory.c:do_wp_page(), v5.9 to v5.17.
 */
@injectable()
export class ReuseByPageCount extends ReuseByMapCount {
  override fateOf(page: Page): WriteProtectFate {
    if (pageCount(page) !== 1 || !trylockPage(page)) return 'copy';
    const mayReuse = !PageKsm(page) && pageMapcount(page) === 1 && pageCount(page) === 1;
    unlockPage(page);
    return mayReuse ? 'reuse' : 'copy';
  }
}

export const cowByPageCount = commit({
  id: 'cow-by-page-count',
  title: 'mm: do_wp_page() simplification',
  commit: '09854ba94c6a',
  since: 'v5.9',
});

/**
 * page_needs_cow_for_dma(), then get_page() and page_dup_rmap(): copy_present_page() and copy_huge_pmd()
 * (d042035eaf5f), v5.9 to v5.18.
 */
@injectable()
export class LookBeforeReference extends DupPinned {
  override tryDup(page: Page, compound: boolean, vma: Vma): boolean {
    return !pageNeedsCowForDma(vma, page) && super.tryDup(page, compound, vma);
  }
}

export const earlyCowOfPinned = commit({
  id: 'early-cow-of-pinned',
  title: 'mm: Do early cow for pinned pages during fork() for ptes',
  commit: '70e806e4e645',
  since: 'v5.9',
});
