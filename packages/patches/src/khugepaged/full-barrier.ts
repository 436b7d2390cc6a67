import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { COLLAPSE_SYNC, type CollapseSync } from '@pagerace/khugepaged';
import { smpMb } from '@pagerace/machine';

/** The table is out before the references are read, whatever the architecture's flush orders. */
@injectable()
export class FullBarrier implements CollapseSync {
  afterFlush(): void {
    // Pairs with the full barrier of GUP-fast's reference.
    smpMb('after pmdp_collapse_flush');
  }
}

/** Of no kernel: the portable form of what pmdp_collapse_flush() is trusted with. */
export const collapseFullBarrier = definePatch({
  id: 'collapse-full-barrier',
  title: 'What if khugepaged had a full barrier behind pmdp_collapse_flush()',
  supersedes: ['collapse-table-sync'],
  provides: [{ token: COLLAPSE_SYNC, useClass: FullBarrier }],
});
