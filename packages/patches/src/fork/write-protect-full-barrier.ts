import { injectable } from '@pagerace/di';
import { WRITE_PROTECT_ORDERING, type WriteProtectOrdering } from '@pagerace/fork';
import { definePatch } from '@pagerace/kernel';
import { smpMb } from '@pagerace/machine';

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
export const forkWriteProtectFullBarrier = definePatch({
  id: 'fork-write-protect-full-barrier',
  title: 'Proposed here: a full barrier behind the odd write_protect_seq of fork',
  provides: [{ token: WRITE_PROTECT_ORDERING, useClass: FullBarrierBehindSequence }],
});
