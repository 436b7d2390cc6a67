import type { Wiring } from '@pagerace/di';
import { ANON_DUP_RULE, LookBeforeReference } from './anon-dup-rule.js';
import { ANON_EXCLUSIVE } from './anon-exclusive.js';
import { LAZY_FREE_LOG, LazyFreeLog } from './lazy-free-log.js';
import { DiscardUnlessDirty, LAZY_FREE_RULE } from './lazy-free-rule.js';
import { ReverseMapping } from './reverse-mapping.js';
import { RMAP } from './rmap.js';
import { BATCHED_FLUSH_NOTE, UNMAP_FLUSH, UnmapFlush } from './unmap-flush.js';

/** Binds the reverse mappings, with the rules of the oldest kernel that is modelled. */
export function rmapSubsystem(wiring: Wiring): void {
  wiring
    .bind(RMAP, ReverseMapping)
    .bind(UNMAP_FLUSH, UnmapFlush)
    .bind(ANON_DUP_RULE, LookBeforeReference)
    .bindValue(BATCHED_FLUSH_NOTE, { isTaken: false })
    .bind(LAZY_FREE_LOG, LazyFreeLog)
    .bind(LAZY_FREE_RULE, DiscardUnlessDirty)
    .bindValue(ANON_EXCLUSIVE, { isTracked: false, hasBarriers: false });
}
