import { definePlugin } from '@pagerace/kernel';
import { dirtyBeforeSubmit } from './block/dirty-before-submit.js';
import { madvFreeReproducer } from './block/madv-free-reproducer.js';
import { bioPinPages } from './block/pin-pages.js';
import { anonExclusiveBarriers } from './cow/anon-exclusive-barriers.js';
import { anonExclusive } from './cow/anon-exclusive.js';
import { cowByPageCount } from './cow/by-page-count.js';
import { cowBySingleReference } from './cow/by-single-reference.js';
import { hugeCowBySingleReference } from './cow/huge-by-single-reference.js';
import { tryDupAnonRmap } from './fork/try-dup-anon-rmap.js';
import { forkWriteProtectFullBarrier } from './fork/write-protect-full-barrier.js';
import { gupFastTouch } from './gup/fast-touch.js';
import { gupFastRecheckPlain } from './gup/recheck-plain.js';
import { gupFastRecheckPmd } from './gup/recheck-pmd.js';
import { gupFastRecheckPteFirst } from './gup/recheck-pte-first.js';
import { v4_12, v5_17_rc2, v5_18, v5_19, v6_0, v6_1, v6_11, v6_15, v6_5, v6_6 } from './kernels.js';
import { gupFastNoRecheck } from './gup/no-recheck.js';
import { gupFastReferenceAcquire, gupFastReferenceRelaxed } from './gup/reference-order.js';
import { collapseFreezeReferences } from './khugepaged/freeze-references.js';
import { collapseFullBarrier } from './khugepaged/full-barrier.js';
import { collapseCopyAllFirst } from './khugepaged/copy-all-first.js';
import { collapsePteMappedMmapRead } from './khugepaged/pte-mapped-mmap-read.js';
import { retractByRcu } from './khugepaged/retract-by-rcu.js';
import { collapseFileNotifies, collapseRmapLocks } from './khugepaged/retract-locks.js';
import { radixCollapseNoIpi } from './khugepaged/radix-no-ipi.js';
import { riscvCollapseFlushMm } from './khugepaged/riscv-flush-mm.js';
import { collapseTableSync } from './khugepaged/table-sync.js';
import { droppable } from './lazy-free/droppable.js';
import { madvFreeRefcountCheckV1 } from './lazy-free/refcount-check-v1.js';
import { madvFreeRefcountCheckV2 } from './lazy-free/refcount-check-v2.js';
import { madvFreeRefcountCheck } from './lazy-free/refcount-check.js';
import { swapbackedIffDirty } from './lazy-free/swapbacked-iff-dirty.js';
import { pteMapInRcuSection } from './page-table/map-in-rcu-section.js';
import { pteMapLooksAgain } from './page-table/map-looks-again.js';
import { flushBatchedPending } from './reclaim/flush-batched-pending.js';
import { keepPinned, keepPinnedFromSwap } from './reclaim/keep-pinned.js';

/** The kernels and patches of this package, oldest first. */
export const patches = definePlugin({
  id: '@pagerace/patches',
  kernels: [v4_12, v5_17_rc2, v5_18, v5_19, v6_0, v6_1, v6_5, v6_6, v6_11, v6_15],
  patches: [
    flushBatchedPending,
    cowByPageCount,
    keepPinnedFromSwap,
    madvFreeRefcountCheckV1,
    madvFreeRefcountCheckV2,
    madvFreeRefcountCheck,
    cowBySingleReference,
    hugeCowBySingleReference,
    tryDupAnonRmap,
    anonExclusive,
    anonExclusiveBarriers,
    gupFastRecheckPmd,
    radixCollapseNoIpi,
    collapseRmapLocks,
    collapseTableSync,
    collapseFileNotifies,
    riscvCollapseFlushMm,
    collapseCopyAllFirst,
    pteMapLooksAgain,
    pteMapInRcuSection,
    retractByRcu,
    collapsePteMappedMmapRead,
    keepPinned,
    bioPinPages,
    droppable,
    swapbackedIffDirty,
    gupFastTouch,
    dirtyBeforeSubmit,
    madvFreeReproducer,
    gupFastNoRecheck,
    gupFastRecheckPlain,
    gupFastRecheckPteFirst,
    gupFastReferenceAcquire,
    gupFastReferenceRelaxed,
    collapseFullBarrier,
    collapseFreezeReferences,
    forkWriteProtectFullBarrier,
  ],
});
