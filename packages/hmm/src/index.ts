export { type Answer, DeviceMmu } from './device-mmu.js';
export { HMM, Hmm, type Mirror, type MirrorOptions } from './mirror.js';
export {
  InsertIntervalNotifier,
  MIRROR_NOTIFIER,
  type MirrorDriver,
  type MirrorNotifier,
  type MirrorNotifiers,
  mmuIntervalNotifier,
  RegisterMmuNotifier,
} from './mirror-notifier.js';
export {
  MIRROR_RULE,
  type MirrorRule,
  mirrorWithoutRetry,
  mirrorWithoutWait,
} from './mirror-rule.js';
export { hmmHistories, hmmSubsystem } from './subsystem.js';
