import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { FORK, type Fork } from '@pagerace/fork';
import { REPLACE_PINNED, type ReplacePinned } from './replace-pinned.js';
import {
  downWrite,
  kernelFunction,
  spinLock,
  spinUnlock,
  upWrite,
  waitEvent,
} from '@pagerace/machine';
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

/** Undefined for success; EBUSY only with the patch `replace-refuses-pinned`. */
type Outcome = 'EBUSY' | undefined;

export const TRUNCATE = token<Truncate>('truncate.Truncate', {
  providedBy: ['@pagerace/truncate'],
});

/**
 * mm/truncate.c and unmap_mapping_range() of mm/memory.c, v5.17: takes pages out of their file. Sizes and places are counted in pages.
 */
@injectable()
export class Truncate {
  constructor(
    @inject(FORK) private readonly fork: Fork,
    @inject(REPLACE_PINNED) private readonly pinned: ReplacePinned,
  ) {}

  /** ftruncate(2), with the locks of ext4_setattr() (fs/ext4/inode.c). @returns EBUSY: nothing has changed */
  @kernelFunction('fs/open.c')
  doTruncate(mapping: AddressSpace, size: number): Outcome {
    if (size > mapping.maxPages)
      throw new ModelError(`${mapping.name} has room for ${String(mapping.maxPages)} pages`);
    return this.#changing(mapping, size, mapping.maxPages, () =>
      this.truncateSetsize(mapping, size),
    );
  }

  /** fallocate(2) with FALLOC_FL_PUNCH_HOLE, with the locks of ext4_punch_hole() (fs/ext4/inode.c). */
  @kernelFunction('fs/open.c')
  vfsFallocate(mapping: AddressSpace, start: number, end: number): Outcome {
    return this.#changing(mapping, start, end, () =>
      this.truncatePagecacheRange(mapping, start, end),
    );
  }

  /** What the file system does around a change of the page cache from `start` to `end`. */
  #changing(mapping: AddressSpace, start: number, end: number, change: () => Outcome): Outcome {
    downWrite(mapping.iRwsem);
    downWrite(mapping.invalidateLock);
    mapping.iOps.breakLayouts?.(mapping, start, end);
    const outcome = change();
    if (outcome === undefined) mapping.iOps.removeBlocks?.(mapping, start, end);
    upWrite(mapping.invalidateLock);
    upWrite(mapping.iRwsem);
    return outcome;
  }

  @kernelFunction('mm/truncate.c')
  truncateSetsize(mapping: AddressSpace, size: number): Outcome {
    const oldSize = mapping.iSize.read();
    mapping.iSize.write(size);
    const outcome = this.truncatePagecache(mapping, size);
    if (outcome === 'EBUSY') mapping.iSize.write(oldSize);
    return outcome;
  }

  @kernelFunction('mm/truncate.c')
  truncatePagecache(mapping: AddressSpace, size: number): Outcome {
    const end = mapping.maxPages;
    this.unmapMappingRange(mapping, size, end, true);
    const outcome = this.truncateInodePagesRange(mapping, size, end);
    if (outcome === 'EBUSY') return outcome;
    // Private mappings may have copied pages until the last was out of the cache.
    this.unmapMappingRange(mapping, size, end, true);
    return undefined;
  }

  /** The copies that private mappings have made stay. */
  @kernelFunction('mm/truncate.c')
  truncatePagecacheRange(mapping: AddressSpace, start: number, end: number): Outcome {
    this.unmapMappingRange(mapping, start, end, false);
    return this.truncateInodePagesRange(mapping, start, end);
  }

  /** The second pass of truncate_inode_pages_range(), which waits; the first only saves time. */
  @kernelFunction('mm/truncate.c')
  truncateInodePagesRange(mapping: AddressSpace, start: number, end: number): Outcome {
    for (let index = start; index < end; index++) {
      if (mapping.isDax) {
        // truncate_exceptional_pvec_entries().
        mapping.aOps.deleteMappingEntry!(mapping, index);
        continue;
      }
      if (!this.#truncateIndex(mapping, index)) return 'EBUSY';
    }
    return undefined;
  }

  /** @returns false if the page of an index stays */
  #truncateIndex(mapping: AddressSpace, index: number): boolean {
    for (;;) {
      const page = findLockPage(mapping, index);
      if (page === undefined) return true;
      waitOnPageWriteback(page);
      // truncate_cleanup_page().
      if (pageMapped(page)) this.unmapMappingPage(mapping, page);
      const fate = this.pinned.fateOf(page);
      if (fate === 'take') this.truncateInodePage(mapping, page);
      unlockPage(page);
      if (fate === 'wait') this.#waitForUnpin(mapping, page);
      putPage(page);
      if (fate !== 'wait') return fate === 'take';
    }
  }

  /** Faults go on meanwhile, as with ext4_wait_dax_page(): whoever holds the page may ask page_mkwrite(). */
  #waitForUnpin(mapping: AddressSpace, page: Page): void {
    upWrite(mapping.invalidateLock);
    waitEvent(page._refcount, (count) => count < page.memory.pinBias);
    downWrite(mapping.invalidateLock);
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
