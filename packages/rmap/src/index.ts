export { ANON_EXCLUSIVE, type AnonExclusive } from './anon-exclusive.js';
export {
  DiscardUnlessDirty,
  LAZY_FREE_RULE,
  type LazyFreeFate,
  type LazyFreeRule,
} from './lazy-free-rule.js';
export { RMAP, type Rmap } from './rmap.js';
export { rmapSubsystem } from './subsystem.js';
export type { TtuFlags } from './ttu-flags.js';
