export { ANON_DUP_RULE, type AnonDupRule } from './anon-dup-rule.js';
export {
  ANON_REUSE_RULE,
  type AnonReuseRule,
  type SwapInDecision,
  type WriteProtectFate,
} from './anon-reuse-rule.js';
export { GUP_UNSHARE_RULE, type GupUnshareRule, type ReferenceUse } from './gup-unshare-rule.js';
export { cowHistories } from './histories.js';
export { HUGE_REUSE_RULE, type HugeReuseRule } from './huge-reuse-rule.js';
export { PIN_ORDERING, type PinOrdering } from './pin-ordering.js';
export { cowSubsystem } from './subsystem.js';
export { OrderedPin, OrderedUnshare } from './vintages/anon-exclusive-barriers.js';
export {
  ReferenceBeforeLook,
  ReuseHugeIfExclusive,
  ReuseIfExclusive,
  tryDupAnonRmap,
  UnshareUnlessExclusive,
} from './vintages/anon-exclusive.js';
export { unshareForLongterm, UnshareForLongterm } from './vintages/longterm-unshare.js';
export {
  DupPinned,
  NeverUnshare,
  ReuseByMapCount,
  ReuseHugeByMapCount,
  UnorderedPin,
} from './vintages/map-count.js';
export {
  cowByPageCount,
  earlyCowOfPinned,
  LookBeforeReference,
  ReuseByPageCount,
} from './vintages/page-count.js';
export {
  cowBySingleReference,
  hugeCowBySingleReference,
  ReuseBySingleReference,
  ReuseHugeBySingleReference,
} from './vintages/single-reference.js';
export { RestoreExclusive, RestoreUnlessOrdinary } from './vintages/swp-exclusive.js';
