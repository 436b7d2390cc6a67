import { injectable, token } from '@pagerace/di';
import { type Memory, tlbRemoveTableSyncOne } from '@pagerace/page-model';

export const COLLAPSE_SYNC = token<CollapseSync>('khugepaged.CollapseSync', {
  providedBy: ['@pagerace/khugepaged', '@pagerace/patches'],
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

/** For lockless walks, too. Since 2ba99c5e0881. */
@injectable()
export class SyncTableWalks implements CollapseSync {
  afterFlush(memory: Memory): void {
    tlbRemoveTableSyncOne(memory);
  }
}
