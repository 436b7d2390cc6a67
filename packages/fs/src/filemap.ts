import { defineKernelFunction, downRead, upRead } from '@pagerace/machine';
import {
  addToPageCache,
  type AddressSpace,
  findLockPage,
  lockPage,
  lruCacheAdd,
  type Memory,
  type Page,
  putPage,
  SetPageUptodate,
  unlockPage,
  type VmFault,
} from '@pagerace/page-model';

const file = 'mm/filemap.c';

/** What pages are read in from. */
interface Blocks {
  read(block: number, page: Page): void;
}

/** filemap_fault(), v5.17: finds the page of a fault in the page cache, or reads it in. */
export const filemapFault = defineKernelFunction(
  file,
  'filemap_fault',
  ({ vma, address }: VmFault, blocks: Blocks): Page | 'VM_FAULT_SIGBUS' => {
    const mapping = vma.file!;
    const index = vma.pageIndex(address);
    if (index >= mapping.iSize.read()) return 'VM_FAULT_SIGBUS';
    const cached = findLockPage(mapping, index);
    if (cached !== undefined) return cached;
    // A page is added under invalidate_lock: a truncation that has looked at the cache must not be followed by it.
    downRead(mapping.invalidateLock);
    const page = readCachePage(vma.mm.memory, mapping, index, blocks);
    upRead(mapping.invalidateLock);
    if (index < mapping.iSize.read()) return page;
    unlockPage(page);
    putPage(page);
    return 'VM_FAULT_SIGBUS';
  },
);

/** page_cache_ra_unbounded() and what follows it, for one page. @returns it locked, with a reference */
function readCachePage(
  { allocator }: Memory,
  mapping: AddressSpace,
  index: number,
  blocks: Blocks,
): Page {
  for (;;) {
    const found = findLockPage(mapping, index);
    if (found !== undefined) return found;
    const page = allocator.allocPage();
    lockPage(page);
    if (addToPageCache(page, mapping, index)) {
      lruCacheAdd(page);
      blocks.read(index, page);
      SetPageUptodate(page);
      return page;
    }
    unlockPage(page);
    putPage(page);
  }
}
