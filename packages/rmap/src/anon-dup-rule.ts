import { inject, injectable, token } from '@pagerace/di';
import { getPage, type Page, pageNeedsCowForDma, type Vma } from '@pagerace/page-model';
import { RMAP, type Rmap } from './rmap.js';

export const ANON_DUP_RULE = token<AnonDupRule>('rmap.AnonDupRule', {
  providedBy: ['@pagerace/rmap', '@pagerace/patches'],
});

/**
 * The seam of what fork does first with an anonymous page: look whether it may be pinned, or take the
 * child's reference, an update of the counter that GUP-fast adds to.
 */
export interface AnonDupRule {
  /**
   * Takes a reference and counts a mapping for the child, unless the page may be pinned. Hold the PTL of
   * the entry in `vma`.
   *
   * @param compound the whole of a huge page, of which `page` is the head
   * @returns false if the page may be pinned: the child needs a copy
   */
  tryDup(page: Page, compound: boolean, vma: Vma): boolean;
}

/**
 * page_needs_cow_for_dma(), then get_page() and page_dup_rmap(): copy_present_pte() and copy_huge_pmd(),
 * v5.11 to v5.18.
 */
@injectable()
export class LookBeforeReference implements AnonDupRule {
  constructor(@inject(RMAP) private readonly rmap: Rmap) {}

  tryDup(page: Page, compound: boolean, vma: Vma): boolean {
    if (pageNeedsCowForDma(vma, page)) return false;
    // The reference first, the mapping after it: in between, a page has one reference more than its
    // mappings account for.
    getPage(page);
    this.rmap.pageDupRmap(page, compound);
    return true;
  }
}
