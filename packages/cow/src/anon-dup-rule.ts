import { token } from '@pagerace/di';
import type { Page, Vma } from '@pagerace/page-model';

export const ANON_DUP_RULE = token<AnonDupRule>('cow.AnonDupRule', {
  providedBy: ['@pagerace/cow'],
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
