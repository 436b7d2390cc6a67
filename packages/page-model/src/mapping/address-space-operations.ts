import type { VmOperations } from '../mm/vm-operations.js';
import type { Page } from '../page/page.js';
import type { AddressSpace } from './address-space.js';

/** enum writeback_sync_modes: WB_SYNC_ALL waits for writeback that is under way, and is for integrity. */
export type WritebackSyncMode = 'WB_SYNC_NONE' | 'WB_SYNC_ALL';

/**
 * struct address_space_operations (include/linux/fs.h): what a file system does with the pages of a file. An
 * operation that is missing has nothing to do.
 */
export interface AddressSpaceOperations {
  /**
   * set_page_dirty() (v5.18: dirty_folio()). Hold the page lock, or the PTL of an entry that maps the page.
   *
   * @returns whether the page was clean
   */
  setPageDirty(page: Page): boolean;
  /** writepages(): writes what is dirty, and returns when all of it is submitted. May sleep. */
  writepages?(mapping: AddressSpace, mode: WritebackSyncMode): void;
  /**
   * releasepage() (v5.19: release_folio()): gives up what the file system keeps for a page. Hold the page lock.
   *
   * @returns whether it did
   */
  releasepage?(page: Page): boolean;
  /** invalidatepage() (v5.18: invalidate_folio()): the same, of a page that leaves the file. Hold the page lock. */
  invalidatepage?(page: Page): void;
  /**
   * migratepage() (v6.0: migrate_folio()): gives a page's place in the file, and what it holds, to a new page. Hold
   * both page locks; nobody has the page mapped. Without it fallback_migrate_page() does.
   *
   * @returns whether it did
   */
  migratepage?(mapping: AddressSpace, newPage: Page, page: Page): boolean;
  /**
   * dax_delete_mapping_entry(), of {@link FileSystem.isDax} files, whose entries in i_pages are no pages of the
   * page cache: takes out the entry of an index.
   */
  deleteMappingEntry?(mapping: AddressSpace, index: number): void;
}

/**
 * What a file system does when the length of a file changes, or a part of it goes (i_op->setattr(),
 * f_op->fallocate()). Both hold i_rwsem and invalidate_lock for writing.
 */
export interface InodeOperations {
  /** ext4_break_layouts() and its like: waits until nobody has a reference to the blocks of a range. May sleep. */
  breakLayouts?(mapping: AddressSpace, start: number, end: number): void;
  /** ext4_ext_remove_space() and its like: gives up the blocks of a range, which reads as zeros from now on. */
  removeBlocks?(mapping: AddressSpace, start: number, end: number): void;
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
  readonly iOps?: InodeOperations;
  /** IS_DAX(): the pages are the memory of a device, and not in the page cache. Default false. */
  readonly isDax?: boolean;
  /** BDI_CAP_WRITEBACK: dirty pages are written to a device. Default false, as of files in memory. */
  readonly canWriteback?: boolean;
  /** SB_I_STABLE_WRITES: the device needs a page unchanged while it writes it. Default false. */
  readonly stableWrites?: boolean;
}
