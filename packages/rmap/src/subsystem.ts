import type { Wiring } from '@pagerace/di';
import { bindOldest, type History, unchanged } from '@pagerace/history';
import { anonExclusiveHistory } from './anon-exclusive.js';
import { archUnmapOne } from './arch-unmap-one.js';
import { LAZY_FREE_LOG, LazyFreeLog } from './lazy-free-log.js';
import { lazyFreeRule } from './lazy-free-rule.js';
import { ReverseMapping } from './reverse-mapping.js';
import { RMAP } from './rmap.js';
import { rmapNotifier } from './rmap-notifier.js';
import { swpExclusiveHistory } from './swp-exclusive.js';
import { unmapOfPinned } from './unmap-of-pinned.js';
import { batchedFlushNote, UNMAP_FLUSH, UnmapFlush } from './unmap-flush.js';

export const rmapHistories: readonly History[] = [
  lazyFreeRule,
  batchedFlushNote,
  archUnmapOne,
  anonExclusiveHistory,
  swpExclusiveHistory,
  unmapOfPinned,
  // With counters: 5ee2fa2f0636. From v4.13 on a flag says the same.
  unchanged('mm/rmap.c:flush_tlb_batched_pending()', 'v5.17-rc1'),
  rmapNotifier,
];

/** Binds the reverse mappings, with the rules of the oldest kernel that is modelled. */
export function rmapSubsystem(wiring: Wiring): void {
  wiring.bind(RMAP, ReverseMapping).bind(UNMAP_FLUSH, UnmapFlush).bind(LAZY_FREE_LOG, LazyFreeLog);
  bindOldest(wiring, rmapHistories);
}
