export { dirtyBeforeSubmit } from './block/dirty-before-submit.js';
export { madvFreeReproducer, ShrinkAllMemory } from './block/madv-free-reproducer.js';
export { bioPinPages } from './block/pin-pages.js';
export {
  anonExclusiveBarriers,
  OrderedPin,
  OrderedUnshare,
} from './cow/anon-exclusive-barriers.js';
export {
  anonExclusive,
  ReuseHugeIfExclusive,
  ReuseIfExclusive,
  UnshareUnlessExclusive,
} from './cow/anon-exclusive.js';
export { cowByPageCount, ReuseByPageCount } from './cow/by-page-count.js';
export {
  hugeCowBySingleReference,
  ReuseHugeBySingleReference,
} from './cow/huge-by-single-reference.js';
export { cowBySingleReference, ReuseBySingleReference } from './cow/by-single-reference.js';
export { ReferenceBeforeLook, tryDupAnonRmap } from './fork/try-dup-anon-rmap.js';
export {
  FullBarrierBehindSequence,
  forkWriteProtectFullBarrier,
} from './fork/write-protect-full-barrier.js';
export { FastTouch, gupFastTouch } from './gup/fast-touch.js';
export { gupFastRecheckPlain, RecheckByPlainLoads } from './gup/recheck-plain.js';
export { gupFastRecheckPmd, RecheckPmdAndPte } from './gup/recheck-pmd.js';
export { gupFastNoRecheck, NoRecheck } from './gup/no-recheck.js';
export {
  AcquireReference,
  gupFastReferenceAcquire,
  gupFastReferenceRelaxed,
  RelaxedReference,
} from './gup/reference-order.js';
export { collapseFreezeReferences } from './khugepaged/freeze-references.js';
export { collapseFullBarrier, FullBarrier } from './khugepaged/full-barrier.js';
export { collapsePteMappedMmapRead } from './khugepaged/pte-mapped-mmap-read.js';
export { retractByRcu } from './khugepaged/retract-by-rcu.js';
export { radixCollapseNoIpi } from './khugepaged/radix-no-ipi.js';
export { riscvCollapseFlushMm } from './khugepaged/riscv-flush-mm.js';
export { collapseTableSync } from './khugepaged/table-sync.js';
export { v4_12, v5_17_rc2, v5_18, v5_19, v6_0, v6_1, v6_11, v6_15, v6_5, v6_6 } from './kernels.js';
export { droppable, DroppableDiscard } from './lazy-free/droppable.js';
export { madvFreeRefcountCheckV1, TwoReferencesDiscard } from './lazy-free/refcount-check-v1.js';
export {
  madvFreeRefcountCheckV2,
  RefcountCheckedDiscardWithoutMb,
} from './lazy-free/refcount-check-v2.js';
export { madvFreeRefcountCheck, RefcountCheckedDiscard } from './lazy-free/refcount-check.js';
export { SwapBackedIffDirty, swapbackedIffDirty } from './lazy-free/swapbacked-iff-dirty.js';
export { pteMapInRcuSection } from './page-table/map-in-rcu-section.js';
export { pteMapLooksAgain } from './page-table/map-looks-again.js';
export { patches } from './plugin.js';
export {
  KeepPinned,
  keepPinned,
  KeepPinnedFromSwap,
  keepPinnedFromSwap,
} from './reclaim/keep-pinned.js';
