import { token } from '@pagerace/di';

export const COLLAPSE_COPYING = token<CollapseCopying>('khugepaged.CollapseCopying', {
  providedBy: ['@pagerace/khugepaged', '@pagerace/patches'],
});

/** The seam of __collapse_huge_page_copy(): when a page that is copied is let go of. */
export interface CollapseCopying {
  /**
   * As soon as it is copied; otherwise when all are, so that a copy may fail. To v6.3; since 98c76c9f1ef7,
   * v6.4, all are copied first. Read in v6.3, v6.4 and v6.5.
   */
  readonly isPageByPage: boolean;
}

/** mm/khugepaged.c, to v6.3. */
export const pageByPage: CollapseCopying = { isPageByPage: true };
