import type { VmOperations } from '../mm/vm-operations.js';
import type { Page } from '../page/page.js';

/** struct address_space_operations (include/linux/fs.h): what a file system does with the pages of a file. */
export interface AddressSpaceOperations {
  /**
   * set_page_dirty() (v5.18: dirty_folio()). Hold the page lock, or the PTL of an entry that maps the page.
   *
   * @returns whether the page was clean
   */
  setPageDirty(page: Page): boolean;
}

/**
 * What a file system supplies for a file that is mapped: the operations of its pages (i_mapping->a_ops), and
 * those of the mappings of it (vm_ops, which its f_op->mmap() sets).
 */
export interface FileSystem {
  /** As in /proc/filesystems. */
  readonly name: string;
  readonly aOps: AddressSpaceOperations;
  readonly vmOps: VmOperations;
}
