import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { atomicCmpxchg, atomicInc, atomicRead, kernelFunction, TaskLocal } from '@pagerace/machine';
import { flushTlbMm, type Mm, TLB_FLUSH, type TlbFlush } from '@pagerace/page-model';
import type { TtuFlags } from './ttu-flags.js';

export const UNMAP_FLUSH = token<UnmapFlush>('rmap.UnmapFlush');

export const BATCHED_FLUSH_NOTE = token<BatchedFlushNote>('rmap.BatchedFlushNote', {
  providedBy: ['@pagerace/rmap'],
});

/** The seam of mm->tlb_flush_batched: whether others who clear entries learn of a flush that is due. */
export interface BatchedFlushNote {
  readonly isTaken: boolean;
}

export const flushBatchedPending = commit({
  id: 'flush-batched-pending',
  title:
    'mm, mprotect: flush TLB if potentially racing with a parallel reclaim leaving stale TLB entries',
  commit: '3ea277194daa',
  since: 'v4.13',
});

export const batchedFlushNote = history(
  BATCHED_FLUSH_NOTE,
  'mm/rmap.c:set_tlb_ubc_flush_pending()',
  [asOf('v4.12', { isTaken: false }), since(flushBatchedPending, { isTaken: true })],
);

/** TLB_FLUSH_BATCH_FLUSHED_SHIFT, TLB_FLUSH_BATCH_PENDING_MASK and _LARGE: see {@link Mm.tlbFlushBatched}. */
const FLUSHED_SHIFT = 16;
const PENDING_MASK = 0x7fff;
const PENDING_LARGE = PENDING_MASK >> 1;

/** TLB flushes that reclaim defers, to do one for many pages (mm/rmap.c, v4.3: 72b252aed506). */
@injectable()
export class UnmapFlush {
  /** current->tlb_ubc.flush_required. */
  readonly #flushRequired = new TaskLocal(() => false);
  /** current->tlb_ubc.writable: a CPU may still write through an entry that was dirty. */
  readonly #writable = new TaskLocal(() => false);

  constructor(
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(BATCHED_FLUSH_NOTE) private readonly note: BatchedFlushNote,
  ) {}

  /** should_defer_flush(). */
  shouldDeferFlush(mm: Mm, flags: TtuFlags): boolean {
    return flags.batchFlush === true && this.tlb.shouldDefer(mm);
  }

  @kernelFunction('mm/rmap.c')
  setTlbUbcFlushPending(mm: Mm, writable: boolean): void {
    this.tlb.addToBatch(mm);
    this.#flushRequired.set(true);
    if (writable) this.#writable.set(true);
    if (!this.note.isTaken) return;
    // After the entry was cleared: whoever clears entries of this mm under the same PTL from now on
    // knows that a flush is still due. A compiler barrier is enough for that.
    let batch = atomicRead(mm.tlbFlushBatched);
    while ((batch & PENDING_MASK) > PENDING_LARGE) {
      // What is pending must not catch up with what was flushed: begin again, with this one pending.
      const found = atomicCmpxchg(mm.tlbFlushBatched, batch, 1);
      if (found === batch) break;
      batch = found;
    }
    if ((batch & PENDING_MASK) <= PENDING_LARGE) atomicInc(mm.tlbFlushBatched);
  }

  @kernelFunction('mm/rmap.c')
  tryToUnmapFlush(): void {
    if (!this.#flushRequired.get()) return;
    this.tlb.flushBatch();
    this.#flushRequired.set(false);
    this.#writable.set(false);
  }

  @kernelFunction('mm/rmap.c')
  tryToUnmapFlushDirty(): void {
    if (this.#writable.get()) this.tryToUnmapFlush();
  }

  @kernelFunction('mm/rmap.c')
  flushTlbBatchedPending(mm: Mm): void {
    if (!this.note.isTaken) return;
    const batch = atomicRead(mm.tlbFlushBatched);
    const pending = batch & PENDING_MASK;
    if (pending === batch >> FLUSHED_SHIFT) return;
    // What is pending may be in any mapping.
    flushTlbMm(this.tlb, mm);
    // Left as it is if another flush has become due meanwhile, under the lock of another table: that one
    // would be lost.
    atomicCmpxchg(mm.tlbFlushBatched, batch, pending | (pending << FLUSHED_SHIFT));
  }
}
