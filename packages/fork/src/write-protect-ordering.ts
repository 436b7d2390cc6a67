import { injectable, token } from '@pagerace/di';

export const WRITE_PROTECT_ORDERING = token<WriteProtectOrdering>('fork.WriteProtectOrdering', {
  providedBy: ['@pagerace/fork', '@pagerace/patches'],
});

/** The seam of ordering between the odd write_protect_seq and fork's look at the pins. */
export interface WriteProtectOrdering {
  /** Comes behind raw_write_seqcount_begin() in copy_page_range(). */
  afterBegin(): void;
}

/** None: the smp_wmb() of raw_write_seqcount_begin() orders no load. mm/memory.c, every release since v5.11. */
@injectable()
export class WriteBarrierOnly implements WriteProtectOrdering {
  afterBegin(): void {
    // Nothing but the write barrier of the sequence count itself.
  }
}
