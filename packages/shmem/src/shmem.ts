import { defineKernelFunction } from '@pagerace/machine';
import { migrateFilePage } from '@pagerace/migrate';
import {
  addToPageCache,
  type AddressSpace,
  type FileSystem,
  findLockPage,
  lockPage,
  lruCacheAdd,
  type Memory,
  type Page,
  putPage,
  SetPageSwapBacked,
  setPageDirtyNoWriteback,
  SetPageUptodate,
  unlockPage,
  type VmFault,
} from '@pagerace/page-model';

const file = 'mm/shmem.c';

const shmemFault = defineKernelFunction(
  file,
  'shmem_fault',
  ({ vma, address }: VmFault): Page | 'VM_FAULT_SIGBUS' => {
    const mapping = vma.file!;
    const index = vma.pageIndex(address);
    if (index >= mapping.iSize.read()) return 'VM_FAULT_SIGBUS';
    return shmemGetpage(vma.mm.memory, mapping, index);
  },
);

/** shmem_getpage_gfp(), v5.17, with SGP_CACHE: the page of an index, locked; a new one where there is none. */
const shmemGetpage = defineKernelFunction(
  file,
  'shmem_getpage_gfp',
  ({ allocator }: Memory, mapping: AddressSpace, index: number): Page => {
    for (;;) {
      const found = findLockPage(mapping, index);
      if (found !== undefined) return found;
      const page = allocator.allocPage();
      lockPage(page);
      SetPageSwapBacked(page);
      const isAdded = addToPageCache(page, mapping, index);
      if (isAdded) {
        lruCacheAdd(page);
        page.contents.clear();
        SetPageUptodate(page);
        return page;
      }
      // Another fault was first: its page is found now.
      unlockPage(page);
      putPage(page);
    }
  },
);

/** mm/shmem.c, v5.17 (tmpfs), for files whose pages stay in memory. */
export const shmem: FileSystem = {
  name: 'tmpfs',
  aOps: { setPageDirty: setPageDirtyNoWriteback, migratepage: migrateFilePage },
  vmOps: { fault: shmemFault },
};
