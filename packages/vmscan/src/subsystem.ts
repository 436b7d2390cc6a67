import type { Wiring } from '@pagerace/di';
import { PageReclaim } from './page-reclaim.js';
import { IgnorePins, PINNED_PAGE_CHECK } from './pinned-page-check.js';
import { VMSCAN } from './vmscan.js';

/** Binds reclaim, with the rules of the oldest kernel that is modelled. */
export function vmscanSubsystem(wiring: Wiring): void {
  wiring.bind(VMSCAN, PageReclaim).bind(PINNED_PAGE_CHECK, IgnorePins);
}
