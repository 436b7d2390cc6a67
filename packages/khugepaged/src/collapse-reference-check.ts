import { injectable, token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';
import {
  type Page,
  pageCount,
  pageRefFreeze,
  pageRefUnfreeze,
  PageSwapCache,
  totalMapcount,
} from '@pagerace/page-model';

export const COLLAPSE_REFERENCE_CHECK = token<CollapseReferenceCheck>(
  'khugepaged.CollapseReferenceCheck',
  { providedBy: ['@pagerace/khugepaged'] },
);

/** The seam of is_refcount_suitable(): how khugepaged finds out that nobody else refers to a page. */
export interface CollapseReferenceCheck {
  /** Of a small page, or of the head of a huge one. Hold the PTL and the page lock, which keeps the page in the swap cache, or out of it. */
  isRefcountSuitable(page: Page): boolean;
}

/** total_mapcount(), and the swap cache. */
function expectedReferences(page: Page): number {
  return totalMapcount(page) + (PageSwapCache(page) ? 1 : 0);
}

/** Reads the count, which others may raise right after. mm/khugepaged.c:is_refcount_suitable(). */
@injectable()
export class ReadReferences implements CollapseReferenceCheck {
  isRefcountSuitable(page: Page): boolean {
    const expected = expectedReferences(page);
    return pageCount(page) === expected;
  }
}

/**
 * Takes all references for a moment and gives them back. No kernel does so for anonymous pages: it is
 * what collapse_file() has, as far as it orders.
 */
@injectable()
export class FreezeReferences implements CollapseReferenceCheck {
  isRefcountSuitable(page: Page): boolean {
    const expected = expectedReferences(page);
    if (!pageRefFreeze(page, expected)) return false;
    pageRefUnfreeze(page, expected);
    return true;
  }
}

/** Of no kernel for anonymous pages; collapse_file() freezes. */
export const collapseFreezeReferences = unmerged({
  id: 'collapse-freeze-references',
  title: 'What if khugepaged froze the references instead of reading them',
});

export const collapseReferenceCheck = history(
  COLLAPSE_REFERENCE_CHECK,
  'mm/khugepaged.c:is_refcount_suitable()',
  [asOf('v5.8', ReadReferences), asked(collapseFreezeReferences, FreezeReferences)],
);
