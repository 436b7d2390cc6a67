import type { VirtualAddress } from '../address.js';
import type { Pte } from '../page-table/page-table-entry.js';
import { FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE } from './fault-handler.js';
import type { Vma } from './vma.js';

/** struct vm_fault: a fault that is being handled. */
export interface VmFault {
  readonly vma: Vma;
  readonly address: VirtualAddress;
  /** FAULT_FLAG_WRITE and so on. */
  readonly flags: number;
  /** The entry as it was when it was first looked at, without the PTL. */
  readonly origPte: Pte;
}

export function isWrite({ flags }: VmFault): boolean {
  return (flags & FAULT_FLAG_WRITE) !== 0;
}

/** Since v5.19: the page is to become this process's own, though nothing is written yet. */
export function isUnshare({ flags }: VmFault): boolean {
  return (flags & FAULT_FLAG_UNSHARE) !== 0;
}
