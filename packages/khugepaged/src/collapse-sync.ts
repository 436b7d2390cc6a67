import { injectable, token } from '@pagerace/di';
import { asked, asOf, commit, history, since, unmerged } from '@pagerace/history';
import { smpMb } from '@pagerace/machine';
import { type Memory, tlbRemoveTableSyncOne } from '@pagerace/page-model';

export const COLLAPSE_SYNC = token<CollapseSync>('khugepaged.CollapseSync', {
  providedBy: ['@pagerace/khugepaged'],
});

/** The seam behind pmdp_collapse_flush(): what khugepaged waits for before it uses the table as its own. */
export interface CollapseSync {
  afterFlush(memory: Memory): void;
}

/** For nothing but the flush. mm/khugepaged.c, to v6.1-rc7. */
@injectable()
export class FlushOnly implements CollapseSync {
  afterFlush(): void {
    // Whatever the architecture's flush has waited for.
  }
}

/** For lockless walks, too. Since v6.1. */
@injectable()
export class SyncTableWalks implements CollapseSync {
  afterFlush(memory: Memory): void {
    tlbRemoveTableSyncOne(memory);
  }
}

export const collapseTableSync = commit({
  id: 'collapse-table-sync',
  title: 'mm/khugepaged: fix GUP-fast interaction by sending IPI',
  commit: '2ba99c5e08812494bc57f319fb562f527d9bacd8',
  since: 'v6.1',
});

/** The table is out before the references are read, whatever the architecture's flush orders. */
@injectable()
export class FullBarrier implements CollapseSync {
  afterFlush(): void {
    // Pairs with the full barrier of GUP-fast's reference.
    smpMb('after pmdp_collapse_flush');
  }
}

/** Of no kernel: the portable form of what pmdp_collapse_flush() is trusted with. */
export const collapseFullBarrier = unmerged({
  id: 'collapse-full-barrier',
  title: 'What if khugepaged had a full barrier behind pmdp_collapse_flush()',
});

export const collapseSync = history(COLLAPSE_SYNC, 'mm/khugepaged.c:collapse_huge_page()', [
  asOf('v5.17-rc1', FlushOnly),
  since(collapseTableSync, SyncTableWalks),
  asked(collapseFullBarrier, FullBarrier),
]);
