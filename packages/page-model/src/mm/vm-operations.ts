import type { Page } from '../page/page.js';
import type { Vma } from './vma.js';
import type { VmFault } from './vm-fault.js';

/** What page_mkwrite() uses of a fault: the file that is mapped. */
export interface MkwriteFault {
  readonly vma: Pick<Vma, 'file'>;
}

/** struct vm_operations_struct (include/linux/mm.h): how faults in a mapping are served. Anonymous memory has none. */
export interface VmOperations {
  /**
   * Finds the page of a fault.
   *
   * @returns it with a reference, and its head locked (VM_FAULT_LOCKED); or that the file ends before it; or
   *   VM_FAULT_NOPAGE, after which the entry is there, and the access is made again
   */
  fault(vmf: VmFault): Page | 'VM_FAULT_SIGBUS' | 'VM_FAULT_NOPAGE';
  /**
   * Asks that a page may be written to, before its entry becomes writable. Called without locks, with a
   * reference to the page; may sleep.
   *
   * @returns after VM_FAULT_LOCKED the page is locked; after VM_FAULT_NOPAGE the access faults again
   */
  pageMkwrite?(vmf: MkwriteFault, page: Page): 'VM_FAULT_LOCKED' | 'VM_FAULT_NOPAGE';
  /** The same of an entry behind which is no page that vm_normal_page() knows; makes it writable itself. */
  pfnMkwrite?(vmf: VmFault): 'VM_FAULT_SIGBUS' | 'VM_FAULT_NOPAGE';
}
