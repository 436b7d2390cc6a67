import { token } from '@pagerace/di';
import type { Page } from '../page/page.js';

export const RECLAIM_PAGES = token<ReclaimPages>('page-model.ReclaimPages', {
  providedBy: ['@pagerace/vmscan'],
});

/** What reclaims given pages, for those that reclaim itself is built on. */
export interface ReclaimPages {
  /** reclaim_pages(): tries to free pages that the caller has isolated. @returns how many it freed */
  reclaimPages(pages: readonly Page[]): number;
}
