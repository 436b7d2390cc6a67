import type { Wiring } from '@pagerace/di';
import { bindOldest, type History, unchanged } from '@pagerace/history';
import { RECLAIM_PAGES } from '@pagerace/page-model';
import { PageReclaim } from './page-reclaim.js';
import { pinnedPageCheck } from './pinned-page-check.js';
import { VMSCAN } from './vmscan.js';

export const vmscanHistories: readonly History[] = [
  pinnedPageCheck,
  // Before d17be2d9ff6c PG_dirty is looked at again behind page_ref_freeze() of a lazyfree page. Read in v4.12,
  // v5.14-rc5 and v5.15.
  unchanged('mm/vmscan.c:shrink_page_list(), its end for lazyfree pages', 'v5.15'),
];

/** Binds reclaim, with the rules of the oldest kernel that is modelled. */
export function vmscanSubsystem(wiring: Wiring): void {
  wiring.bind(VMSCAN, PageReclaim).bind(RECLAIM_PAGES, PageReclaim);
  bindOldest(wiring, vmscanHistories);
}
