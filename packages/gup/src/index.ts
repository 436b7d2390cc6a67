export {
  AsAsked,
  ForceCowBreak,
  GUP_COW_BREAK,
  type GupCowBreak,
  gupForceCowBreak,
  gupNoForcedCow,
} from './gup-cow-break.js';
export {
  DIRTY_RULE,
  type DirtyRule,
  mkwriteBeforeDirty,
  putUserPages,
  unpinDirtyBarrier,
} from './dirty-rule.js';
export { PAGES_GIVEN_OUT, type PagesGivenOut } from './pages-given-out.js';
export { GET_USER_PAGES, type GetUserPages } from './get-user-pages.js';
export { GUP_CONFIG, GupConfig } from './gup-config.js';
export { GUP_FAST_LOG, GupFastLog, type GupFastWalk } from './gup-fast-log.js';
export {
  GUP_FAST_RECHECK,
  type GupFastRecheck,
  gupFastNoRecheck,
  gupFastRecheckPlain,
  gupFastRecheckPmd,
  gupFastRecheckPteFirst,
  RecheckPmdAndPte,
  RecheckPte,
} from './gup-fast-recheck.js';
export {
  GUP_FAST_REFERENCE,
  type GupFastReference,
  gupFastReferenceAcquire,
  gupFastReferenceRelaxed,
  OrderedReference,
} from './gup-fast-reference.js';
export { GUP_FAST_TOUCH, gupFastTouch, type GupFastTouch, NoFastTouch } from './gup-fast-touch.js';
export type { GupFlags } from './gup-flags.js';
export {
  FaultUnderWriteback,
  FaultWithoutWait,
  GUP_AND_WRITEBACK,
  type GupAndWriteback,
  gupNotUnderWriteback,
  gupNotUnderWritebackNoWait,
} from './gup-and-writeback.js';
export {
  AllowLongtermWrite,
  gupLongtermFileFast,
  gupLongtermFileSlow,
  LONGTERM_WRITE,
  type LongtermWrite,
  RefuseLongtermWrite,
  RefuseLongtermWriteSlow,
} from './longterm-write.js';
export { GUP_FORCE_WRITE, type GupForceWrite, gupForceExclusive } from './gup-force-write.js';
export { gupHistories, gupSubsystem } from './subsystem.js';
