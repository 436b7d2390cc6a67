import { injectable, token } from '@pagerace/di';
import { asked, asOf, commit, history, unmerged } from '@pagerace/history';
import { smpMb } from '@pagerace/machine';

export const WRITE_PROTECT_ORDERING = token<WriteProtectOrdering>('fork.WriteProtectOrdering', {
  providedBy: ['@pagerace/fork'],
});

/** The seam of ordering between the odd write_protect_seq and fork's look at the pins. */
export interface WriteProtectOrdering {
  /** Comes behind raw_write_seqcount_begin() in copy_page_range(). */
  afterBegin(): void;
}

export const writeProtectSeq = commit({
  id: 'write-protect-seq',
  title: 'mm/gup: prevent gup_fast from racing with COW during fork',
  commit: '57efa1fe5957',
  since: 'v5.11',
});

/** None: the smp_wmb() of raw_write_seqcount_begin() orders no load. mm/memory.c, every release since v5.11. */
@injectable()
export class WriteBarrierOnly implements WriteProtectOrdering {
  afterBegin(): void {
    // Nothing but the write barrier of the sequence count itself.
  }
}

/**
 * smp_mb() behind raw_write_seqcount_begin() in copy_page_range(): write_protect_seq is odd to everybody before
 * fork looks at MMF_HAS_PINNED and at the pins. Pairs with the full barrier of GUP-fast between its pin and
 * read_seqcount_retry().
 */
@injectable()
export class FullBarrierBehindSequence implements WriteProtectOrdering {
  afterBegin(): void {
    smpMb();
  }
}

/** Of no kernel and posted by nobody: a proposal of this project. */
export const forkWriteProtectFullBarrier = unmerged({
  id: 'fork-write-protect-full-barrier',
  title: 'Proposed here: a full barrier behind the odd write_protect_seq of fork',
});

export const writeProtectOrdering = history(
  WRITE_PROTECT_ORDERING,
  'mm/memory.c:copy_page_range()',
  [
    asOf(writeProtectSeq, WriteBarrierOnly),
    asked(forkWriteProtectFullBarrier, FullBarrierBehindSequence),
  ],
);
