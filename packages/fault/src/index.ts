export {
  ANON_REUSE_RULE,
  type AnonReuseRule,
  ReuseByMapCount,
  type SwapInDecision,
  type WriteProtectFate,
} from './anon-reuse-rule.js';
export { faultSubsystem } from './subsystem.js';
