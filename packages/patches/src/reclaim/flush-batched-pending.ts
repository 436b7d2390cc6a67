import { definePatch } from '@pagerace/kernel';
import { BATCHED_FLUSH_NOTE } from '@pagerace/rmap';

export const flushBatchedPending = definePatch({
  id: 'flush-batched-pending',
  title:
    'mm, mprotect: flush TLB if potentially racing with a parallel reclaim leaving stale TLB entries',
  commit: '3ea277194daa',
  since: 'v4.13',
  provides: [{ token: BATCHED_FLUSH_NOTE, useValue: { isTaken: true } }],
});
