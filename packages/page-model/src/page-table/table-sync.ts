import { current, defineKernelFunction, smpCallFunctionMany } from '@pagerace/machine';
import type { Memory } from '../memory.js';

/**
 * tlb_remove_table_sync_one(): waits until every CPU has had interrupts on, so that no lockless walk
 * goes on that has found a table which is not linked in any more. No grace period, and none is needed.
 *
 * With CONFIG_MMU_GATHER_RCU_TABLE_FREE only: elsewhere it is empty (include/asm-generic/tlb.h), as the
 * flush is taken to have interrupted every walk.
 */
export const tlbRemoveTableSyncOne = defineKernelFunction(
  'mm/mmu_gather.c',
  'tlb_remove_table_sync_one',
  ({ arch }: Memory): void => {
    if (arch.hasRcuTableFree) smpCallFunctionMany(current().machine.cpus);
  },
);
