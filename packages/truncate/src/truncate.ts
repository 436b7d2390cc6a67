import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { FORK, type Fork } from '@pagerace/fork';
import { downWrite, kernelFunction, spinLock, spinUnlock, upWrite } from '@pagerace/machine';
import {
  type AddressSpace,
  cancelDirtyPage,
  deleteFromPageCache,
  findLockPage,
  type Page,
  pageMapped,
  PagePrivate,
  putPage,
  unlockPage,
  waitOnPageWriteback,
} from '@pagerace/page-model';

export const TRUNCATE = token<Truncate>('truncate.Truncate', {
  providedBy: ['@pagerace/truncate'],
});

/**
 * mm/truncate.c and unmap_mapping_range() of mm/memory.c, v5.17: takes pages out of their file. Nobody asks
 * whether a page is pinned. Sizes and places are counted in pages.
 */
@injectable()
export class Truncate {
  constructor(@inject(FORK) private readonly fork: Fork) {}

  /** ftruncate(2), with the locks of ext4_setattr() (fs/ext4/inode.c). */
  @kernelFunction('fs/open.c')
  doTruncate(mapping: AddressSpace, size: number): void {
    if (size > mapping.maxPages)
      throw new ModelError(`${mapping.name} has room for ${String(mapping.maxPages)} pages`);
    this.#changing(mapping, size, mapping.maxPages, () => {
      this.truncateSetsize(mapping, size);
    });
  }

  /** fallocate(2) with FALLOC_FL_PUNCH_HOLE, with the locks of ext4_punch_hole() (fs/ext4/inode.c). */
  @kernelFunction('fs/open.c')
  vfsFallocate(mapping: AddressSpace, start: number, end: number): void {
    this.#changing(mapping, start, end, () => {
      this.truncatePagecacheRange(mapping, start, end);
    });
  }

  /** What the file system does around a change of the page cache from `start` to `end`. */
  #changing(mapping: AddressSpace, start: number, end: number, change: () => void): void {
    downWrite(mapping.iRwsem);
    downWrite(mapping.invalidateLock);
    mapping.iOps.breakLayouts?.(mapping, start, end);
    change();
    mapping.iOps.removeBlocks?.(mapping, start, end);
    upWrite(mapping.invalidateLock);
    upWrite(mapping.iRwsem);
  }

  @kernelFunction('mm/truncate.c')
  truncateSetsize(mapping: AddressSpace, size: number): void {
    mapping.iSize.write(size);
    this.truncatePagecache(mapping, size);
  }

  @kernelFunction('mm/truncate.c')
  truncatePagecache(mapping: AddressSpace, size: number): void {
    const end = mapping.maxPages;
    this.unmapMappingRange(mapping, size, end, true);
    this.truncateInodePagesRange(mapping, size, end);
    // Private mappings may have copied pages until the last was out of the cache.
    this.unmapMappingRange(mapping, size, end, true);
  }

  /** The copies that private mappings have made stay. */
  @kernelFunction('mm/truncate.c')
  truncatePagecacheRange(mapping: AddressSpace, start: number, end: number): void {
    this.unmapMappingRange(mapping, start, end, false);
    this.truncateInodePagesRange(mapping, start, end);
  }

  /** The second pass of truncate_inode_pages_range(), which waits; the first only saves time. */
  @kernelFunction('mm/truncate.c')
  truncateInodePagesRange(mapping: AddressSpace, start: number, end: number): void {
    for (let index = start; index < end; index++) {
      if (mapping.isDax) {
        // truncate_exceptional_pvec_entries().
        mapping.aOps.deleteMappingEntry!(mapping, index);
        continue;
      }
      const page = findLockPage(mapping, index);
      if (page === undefined) continue;
      waitOnPageWriteback(page);
      this.truncateInodePage(mapping, page);
      unlockPage(page);
      putPage(page);
    }
  }

  /** Hold the page lock. */
  @kernelFunction('mm/truncate.c')
  truncateInodePage(mapping: AddressSpace, page: Page): void {
    this.truncateCleanupPage(mapping, page);
    // delete_from_page_cache().
    spinLock(mapping.pagesLock);
    deleteFromPageCache(page, mapping);
    spinUnlock(mapping.pagesLock);
    putPage(page);
  }

  @kernelFunction('mm/truncate.c')
  truncateCleanupPage(mapping: AddressSpace, page: Page): void {
    if (pageMapped(page)) this.unmapMappingPage(mapping, page);
    if (PagePrivate(page)) mapping.aOps.invalidatepage?.(page);
    // After the file system, which may have made it dirty once more.
    cancelDirtyPage(page);
  }

  /** Hold the page lock. */
  @kernelFunction('mm/memory.c')
  unmapMappingPage(mapping: AddressSpace, page: Page): void {
    const index = page.index.read();
    this.unmapMappingRange(mapping, index, index + 1, false);
  }

  @kernelFunction('mm/memory.c')
  unmapMappingRange(mapping: AddressSpace, start: number, end: number, evenCows: boolean): void {
    downWrite(mapping.iMmapRwsem);
    for (const vma of mapping.vmas) {
      const { pageSize } = vma.mm.memory;
      const first = Math.max(vma.start, vma.start + (start - vma.pgoff) * pageSize);
      const behind = Math.min(vma.end, vma.start + (end - vma.pgoff) * pageSize);
      if (first < behind) this.fork.zapPageRangeSingle(vma, first, behind, { evenCows });
    }
    upWrite(mapping.iMmapRwsem);
  }
}
