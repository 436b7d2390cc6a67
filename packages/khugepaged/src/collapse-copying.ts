import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const COLLAPSE_COPYING = token<CollapseCopying>('khugepaged.CollapseCopying', {
  providedBy: ['@pagerace/khugepaged'],
});

/** The seam of __collapse_huge_page_copy(): when a page that is copied is let go of. Read in v6.3, v6.4 and v6.5. */
export interface CollapseCopying {
  /** As soon as it is copied; otherwise when all are, so that a copy may fail. */
  readonly isPageByPage: boolean;
}

export const collapseCopyAllFirst = commit({
  id: 'collapse-copy-all-first',
  title: 'mm/khugepaged: recover from poisoned anonymous memory',
  commit: '98c76c9f1ef7',
  since: 'v6.4',
});

export const collapseCopying = history(
  COLLAPSE_COPYING,
  'mm/khugepaged.c:__collapse_huge_page_copy()',
  [asOf('v5.17-rc1', { isPageByPage: true }), since(collapseCopyAllFirst, { isPageByPage: false })],
);
