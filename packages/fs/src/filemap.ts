import { defineKernelFunction, downRead, upRead } from '@pagerace/machine';
import {
  findLockPage,
  grabCachePage,
  type Page,
  putPage,
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
    const page = grabCachePage(vma.mm.memory, mapping, index, {
      // page_cache_ra_unbounded() and what follows it, for one page.
      fill: (made) => {
        blocks.read(index, made);
      },
    });
    upRead(mapping.invalidateLock);
    if (index < mapping.iSize.read()) return page;
    unlockPage(page);
    putPage(page);
    return 'VM_FAULT_SIGBUS';
  },
);
