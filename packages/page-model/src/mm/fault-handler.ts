import { token } from '@pagerace/di';
import type { VirtualAddress } from '../address.js';
import type { Vma } from './vma.js';

/** fault_flags (include/linux/mm_types.h). */
export const FAULT_FLAG_WRITE = 0x1;
export const FAULT_FLAG_USER = 0x40;
/** Since v5.19: make the page exclusive to this process, without writing to it. */
export const FAULT_FLAG_UNSHARE = 0x400;

export const FAULT_HANDLER = token<FaultHandler>('page-model.FaultHandler', {
  providedBy: ['@pagerace/fault'],
});

/** vm_fault_t: undefined where there is nothing to tell; VM_FAULT_WRITE where copy-on-write is over, or was not due. */
export type VmFaultReason = 'VM_FAULT_SIGBUS' | 'VM_FAULT_WRITE' | undefined;

/** What resolves page faults. */
export interface FaultHandler {
  /**
   * handle_mm_fault(). Called with mmap_lock held for reading, and returns with it held; whoever
   * faulted then tries again, unless the file ends before the address.
   */
  handleMmFault(vma: Vma, address: VirtualAddress, flags: number): VmFaultReason;
}
