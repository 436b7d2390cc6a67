export { ANON_DUP_RULE, type AnonDupRule, LookBeforeReference } from './anon-dup-rule.js';
export { ANON_EXCLUSIVE, type AnonExclusive } from './anon-exclusive.js';
export { LAZY_FREE_LOG, type LazyFreeDecision, type LazyFreeLog } from './lazy-free-log.js';
export {
  DiscardUnlessDirty,
  LAZY_FREE_RULE,
  type LazyFreeFate,
  type LazyFreeRule,
} from './lazy-free-rule.js';
export { RMAP, type Rmap } from './rmap.js';
export { rmapSubsystem } from './subsystem.js';
export type { TtuFlags } from './ttu-flags.js';
export {
  BATCHED_FLUSH_NOTE,
  type BatchedFlushNote,
  UNMAP_FLUSH,
  UnmapFlush,
} from './unmap-flush.js';
