import type { VirtualAddress } from '../address.js';
import type { Vma } from './vma.js';

/** struct userfaultfd_ctx: a file descriptor by which a process handles faults of its own. */
export interface UserfaultfdCtx {
  /**
   * handle_userfault() for VM_UFFD_WP: reports a write to an entry that is write-protected by the uffd-wp
   * bit, and sleeps until a handler has resolved it, or returns at once if one has. Called with mmap_lock
   * held for reading, which is given back meanwhile, and no page-table lock.
   */
  handleUserfault(vma: Vma, address: VirtualAddress): void;
}
