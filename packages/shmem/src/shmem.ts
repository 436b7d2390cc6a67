import { defineKernelFunction } from '@pagerace/machine';
import { migrateFilePage } from '@pagerace/migrate';
import {
  type AddressSpace,
  type CachePageMaker,
  type FileSystem,
  grabCachePage,
  type Memory,
  type Page,
  SetPageSwapBacked,
  setPageDirtyNoWriteback,
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

/** shmem_getpage_gfp(), v5.17, with SGP_CACHE: the page of an index, locked; a new one of zeros where there is none. */
const shmemGetpage = defineKernelFunction(
  file,
  'shmem_getpage_gfp',
  (memory: Memory, mapping: AddressSpace, index: number): Page =>
    grabCachePage(memory, mapping, index, newPage),
);

const newPage: CachePageMaker = {
  prepare: SetPageSwapBacked,
  fill: ({ contents }) => {
    contents.clear();
  },
};

/** mm/shmem.c, v5.17 (tmpfs), for files whose pages stay in memory. */
export const shmem: FileSystem = {
  name: 'tmpfs',
  aOps: { setPageDirty: setPageDirtyNoWriteback, migratepage: migrateFilePage },
  vmOps: { fault: shmemFault },
};
