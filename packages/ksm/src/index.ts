export { BREAK_KSM_FAULT, type BreakKsmFault, breakKsmUnshare } from './break-ksm-fault.js';
export { ksmMightNeedToCopy } from './ksm-might-need-to-copy.js';
export {
  KSM_REUSE_RULE,
  type KsmReuseRule,
  NeverReuseKsmPage,
  ReuseKsmPage,
  reuseKsmPage,
} from './ksm-reuse-rule.js';
export { KSM, type Ksm, type Mergeable } from './ksm.js';
export { ksmHistories, ksmSubsystem } from './subsystem.js';
