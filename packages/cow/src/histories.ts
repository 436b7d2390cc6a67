import { asOf, type History, history, posted, since } from '@pagerace/history';
import { anonExclusive, anonExclusiveBarriers, swpExclusive, swpExclusiveV2 } from '@pagerace/rmap';
import { ANON_DUP_RULE } from './anon-dup-rule.js';
import { ANON_REUSE_RULE } from './anon-reuse-rule.js';
import { GUP_UNSHARE_RULE } from './gup-unshare-rule.js';
import { HUGE_REUSE_RULE } from './huge-reuse-rule.js';
import { PIN_ORDERING } from './pin-ordering.js';
import { OrderedPin, OrderedUnshare } from './vintages/anon-exclusive-barriers.js';
import {
  ReferenceBeforeLook,
  ReuseHugeIfExclusive,
  ReuseIfExclusive,
  tryDupAnonRmap,
  UnshareUnlessExclusive,
} from './vintages/anon-exclusive.js';
import { unshareForLongterm, UnshareForLongterm } from './vintages/longterm-unshare.js';
import {
  DupPinned,
  NeverUnshare,
  ReuseByMapCount,
  ReuseHugeByMapCount,
  UnorderedPin,
} from './vintages/map-count.js';
import {
  cowByPageCount,
  earlyCowOfPinned,
  LookBeforeReference,
  ReuseByPageCount,
} from './vintages/page-count.js';
import {
  cowBySingleReference,
  hugeCowBySingleReference,
  ReuseBySingleReference,
  ReuseHugeBySingleReference,
} from './vintages/single-reference.js';
import { RestoreExclusive, RestoreUnlessOrdinary } from './vintages/swp-exclusive.js';

/** Copy-on-write, function by function; each vintage has a module of its own. */
export const cowHistories: readonly History[] = [
  history(ANON_REUSE_RULE, 'mm/memory.c:do_wp_page(), do_swap_page()', [
    asOf('v4.12', ReuseByMapCount),
    since(cowByPageCount, ReuseByPageCount),
    since(cowBySingleReference, ReuseBySingleReference),
    since(anonExclusive, ReuseIfExclusive),
    posted(swpExclusiveV2, RestoreUnlessOrdinary),
    since(swpExclusive, RestoreExclusive),
  ]),
  history(HUGE_REUSE_RULE, 'mm/huge_memory.c:do_huge_pmd_wp_page()', [
    asOf('v4.12', ReuseHugeByMapCount),
    since(hugeCowBySingleReference, ReuseHugeBySingleReference),
    since(anonExclusive, ReuseHugeIfExclusive),
  ]),
  history(ANON_DUP_RULE, 'mm/memory.c:copy_present_pte(), mm/huge_memory.c:copy_huge_pmd()', [
    asOf('v4.12', DupPinned),
    since(earlyCowOfPinned, LookBeforeReference),
    since(tryDupAnonRmap, ReferenceBeforeLook),
    // Unchanged, and page_try_dup_anon_rmap() clears the flag: without that function none would.
    since(anonExclusive, ReferenceBeforeLook),
  ]),
  history(GUP_UNSHARE_RULE, 'mm/gup.c:gup_must_unshare()', [
    asOf('v4.12', NeverUnshare),
    since(anonExclusive, UnshareUnlessExclusive),
    since(anonExclusiveBarriers, OrderedUnshare),
    since(unshareForLongterm, UnshareForLongterm),
  ]),
  history(PIN_ORDERING, 'mm/gup.c:try_grab_folio()', [
    asOf('v4.12', UnorderedPin),
    since(anonExclusiveBarriers, OrderedPin),
  ]),
];
