export { GET_USER_PAGES, type GetUserPages } from './get-user-pages.js';
export { GUP_CONFIG, GupConfig } from './gup-config.js';
export { GUP_FAST_LOG, GupFastLog, type GupFastWalk } from './gup-fast-log.js';
export { GUP_FAST_RECHECK, type GupFastRecheck, RecheckPte } from './gup-fast-recheck.js';
export {
  GUP_FAST_REFERENCE,
  type GupFastReference,
  OrderedReference,
} from './gup-fast-reference.js';
export { GUP_FAST_TOUCH, type GupFastTouch, NoFastTouch } from './gup-fast-touch.js';
export type { GupFlags } from './gup-flags.js';
export { GUP_UNSHARE_RULE, type GupUnshareRule, NeverUnshare } from './gup-unshare-rule.js';
export { PIN_ORDERING, type PinOrdering, UnorderedPin } from './pin-ordering.js';
export { gupSubsystem } from './subsystem.js';
