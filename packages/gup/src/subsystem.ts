import type { Wiring } from '@pagerace/di';
import { bindOldest, type History, unchanged } from '@pagerace/history';
import { GET_USER_PAGES } from './get-user-pages.js';
import { GUP_CONFIG, GupConfig } from './gup-config.js';
import { GUP_FAST_LOG, GupFastLog } from './gup-fast-log.js';
import { gupAndWriteback } from './gup-and-writeback.js';
import { dirtyRule } from './dirty-rule.js';
import { gupCowBreak } from './gup-cow-break.js';
import { gupForceWrite } from './gup-force-write.js';
import { gupFastRecheck } from './gup-fast-recheck.js';
import { gupFastReference } from './gup-fast-reference.js';
import { gupFastTouchHistory } from './gup-fast-touch.js';
import { longtermWrite } from './longterm-write.js';
import { pagesGivenOut } from './pages-given-out.js';
import { UserPages } from './user-pages.js';

export const gupHistories: readonly History[] = [
  gupFastRecheck,
  gupFastReference,
  gupFastTouchHistory,
  gupCowBreak,
  gupAndWriteback,
  longtermWrite,
  gupForceWrite,
  dirtyRule,
  pagesGivenOut,
  // write_protect_seq: 57efa1fe5957. On x86 v4.12 had arch/x86/mm/gup.c.
  unchanged('mm/gup.c:internal_get_user_pages_fast()', 'v5.11'),
];

/** Binds get-user-pages, with the rules of the oldest kernel that is modelled. */
export function gupSubsystem(wiring: Wiring): void {
  wiring.bind(GET_USER_PAGES, UserPages).bind(GUP_CONFIG, GupConfig).bind(GUP_FAST_LOG, GupFastLog);
  bindOldest(wiring, gupHistories);
}
