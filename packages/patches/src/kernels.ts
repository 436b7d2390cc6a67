import { defineKernel } from '@pagerace/kernel';
import { bioPinPages } from './block/pin-pages.js';
import { anonExclusiveBarriers } from './cow/anon-exclusive-barriers.js';
import { anonExclusive } from './cow/anon-exclusive.js';
import { cowByPageCount } from './cow/by-page-count.js';
import { cowBySingleReference } from './cow/by-single-reference.js';
import { hugeCowBySingleReference } from './cow/huge-by-single-reference.js';
import { tryDupAnonRmap } from './fork/try-dup-anon-rmap.js';
import { gupFastRecheckPmd } from './gup/recheck-pmd.js';
import { collapseCopyAllFirst } from './khugepaged/copy-all-first.js';
import { collapsePteMappedMmapRead } from './khugepaged/pte-mapped-mmap-read.js';
import { retractByRcu } from './khugepaged/retract-by-rcu.js';
import { collapseFileNotifies, collapseRmapLocks } from './khugepaged/retract-locks.js';
import { radixCollapseNoIpi } from './khugepaged/radix-no-ipi.js';
import { riscvCollapseFlushMm } from './khugepaged/riscv-flush-mm.js';
import { collapseTableSync } from './khugepaged/table-sync.js';
import { droppable } from './lazy-free/droppable.js';
import { madvFreeRefcountCheck } from './lazy-free/refcount-check.js';
import { pteMapInRcuSection } from './page-table/map-in-rcu-section.js';
import { pteMapLooksAgain } from './page-table/map-looks-again.js';
import { swapbackedIffDirty } from './lazy-free/swapbacked-iff-dirty.js';
import { flushBatchedPending } from './reclaim/flush-batched-pending.js';
import { keepPinned, keepPinnedFromSwap } from './reclaim/keep-pinned.js';

/** The oldest kernel that is modelled: lazyfree pages have an LRU list, and the race is there. */
export const v4_12 = defineKernel({
  id: 'v4.12',
  title: 'Linux v4.12',
  patches: [],
  newerCode:
    'GUP-fast of mm/gup.c on x86, write_protect_seq and the pin check of fork (v5.11), ' +
    'no second look at PG_dirty behind page_ref_freeze() of a lazyfree page (v5.15), the collapse of ' +
    'pages that fork shares and of huge pages mapped by PTEs (v5.8), and, later than v4.12, ' +
    'notifiers told of a range by try_to_unmap_one() and pmdp_establish() on x86',
});

/** The kernel that the fix was tested on. */
export const v5_17_rc2 = defineKernel({
  id: 'v5.17-rc2',
  title: 'Linux v5.17-rc2',
  base: v4_12,
  patches: [flushBatchedPending, cowByPageCount, keepPinnedFromSwap],
});

/** With the fix. */
export const v5_18 = defineKernel({
  id: 'v5.18',
  title: 'Linux v5.18',
  base: v5_17_rc2,
  patches: [madvFreeRefcountCheck, cowBySingleReference, hugeCowBySingleReference],
});

export const v5_19 = defineKernel({
  id: 'v5.19',
  title: 'Linux v5.19',
  base: v5_18,
  patches: [tryDupAnonRmap, anonExclusive],
});

/** GUP-fast looks at the entry above again (merged after v6.0-rc7); khugepaged relies on that alone. */
export const v6_0 = defineKernel({
  id: 'v6.0',
  title: 'Linux v6.0',
  base: v5_19,
  patches: [gupFastRecheckPmd, radixCollapseNoIpi],
});

/** khugepaged waits for lockless walks, too (merged after v6.1-rc7). */
export const v6_1 = defineKernel({
  id: 'v6.1',
  title: 'Linux v6.1',
  base: v6_0,
  patches: [anonExclusiveBarriers, collapseRmapLocks, collapseTableSync, collapseFileNotifies],
});

/** Direct I/O of block devices pins its pages; pte_offset_map_lock() may find that the table is gone. */
export const v6_5 = defineKernel({
  id: 'v6.5',
  title: 'Linux v6.5',
  base: v6_1,
  patches: [riscvCollapseFlushMm, collapseCopyAllFirst, keepPinned, bioPinPages, pteMapLooksAgain],
});

/** Page tables of files that are collapsed are freed after a grace period. */
export const v6_6 = defineKernel({
  id: 'v6.6',
  title: 'Linux v6.6',
  base: v6_5,
  patches: [pteMapInRcuSection, retractByRcu, collapsePteMappedMmapRead],
});

/** MAP_DROPPABLE. */
export const v6_11 = defineKernel({
  id: 'v6.11',
  title: 'Linux v6.11',
  base: v6_6,
  patches: [droppable],
});

/** A page that is merely referenced stays lazyfree. */
export const v6_15 = defineKernel({
  id: 'v6.15',
  title: 'Linux v6.15',
  base: v6_11,
  patches: [swapbackedIffDirty],
});
