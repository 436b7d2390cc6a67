export {
  ANON_EXCLUSIVE,
  anonExclusive,
  type AnonExclusive,
  anonExclusiveBarriers,
} from './anon-exclusive.js';
export {
  ARCH_UNMAP_ONE,
  type ArchUnmapOne,
  freeSlotOfFailedUnmap,
  savePageMetadata,
} from './arch-unmap-one.js';
export { LAZY_FREE_LOG, type LazyFreeDecision, type LazyFreeLog } from './lazy-free-log.js';
export {
  DiscardUnlessDirty,
  droppable,
  DroppableDiscard,
  LAZY_FREE_RULE,
  type LazyFreeFate,
  type LazyFreeRule,
  madvFreeRefcountCheck,
  madvFreeRefcountCheckV1,
  madvFreeRefcountCheckV2,
  RefcountCheckedDiscard,
  swapbackedIffDirty,
  SwapBackedIffDirty,
  TwoReferencesDiscard,
} from './lazy-free-rule.js';
export { PVMW_MIGRATION, pageVmaMappedWalk, pageVmaMappedWalkDone } from './page-vma-mapped.js';
export { RMAP, type Rmap } from './rmap.js';
export {
  NotifyBehindLock,
  NotifyRange,
  NotifyUnderLock,
  RMAP_NOTIFIER,
  type RmapNotifier,
  rmapNotifierRange,
  rmapNotifierUnderLock,
} from './rmap-notifier.js';
export { rmapWalk, type RmapWalkControl } from './rmap-walk.js';
export { rmapHistories, rmapSubsystem } from './subsystem.js';
export { SWP_EXCLUSIVE, swpExclusive, type SwpExclusive, swpExclusiveV2 } from './swp-exclusive.js';
export type { TtuFlags } from './ttu-flags.js';
export {
  BATCHED_FLUSH_NOTE,
  type BatchedFlushNote,
  flushBatchedPending,
  UNMAP_FLUSH,
  UnmapFlush,
} from './unmap-flush.js';
export { UNMAP_OF_PINNED, type UnmapOfPinned } from './unmap-of-pinned.js';
