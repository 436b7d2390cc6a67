import type { Wiring } from '@pagerace/di';
import { GET_USER_PAGES } from './get-user-pages.js';
import { GUP_CONFIG, GupConfig } from './gup-config.js';
import { GUP_FAST_LOG, GupFastLog } from './gup-fast-log.js';
import { GUP_FAST_RECHECK, RecheckPte } from './gup-fast-recheck.js';
import { GUP_FAST_REFERENCE, OrderedReference } from './gup-fast-reference.js';
import { GUP_FAST_TOUCH, NoFastTouch } from './gup-fast-touch.js';
import { GUP_UNSHARE_RULE, NeverUnshare } from './gup-unshare-rule.js';
import { PIN_ORDERING, UnorderedPin } from './pin-ordering.js';
import { UserPages } from './user-pages.js';

/** Binds get-user-pages, with the rules of the oldest kernel that is modelled. */
export function gupSubsystem(wiring: Wiring): void {
  wiring
    .bind(GET_USER_PAGES, UserPages)
    .bind(GUP_CONFIG, GupConfig)
    .bind(GUP_FAST_LOG, GupFastLog)
    .bind(GUP_FAST_RECHECK, RecheckPte)
    .bind(GUP_FAST_REFERENCE, OrderedReference)
    .bind(GUP_FAST_TOUCH, NoFastTouch)
    .bind(GUP_UNSHARE_RULE, NeverUnshare)
    .bind(PIN_ORDERING, UnorderedPin);
}
