import {
  atomicAdd,
  BUG_ON,
  defineKernelFunction,
  smpWmb,
  spinLock,
  spinLockNested,
  spinUnlock,
} from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Mm } from '../mm/mm-struct.js';
import type { PageTable } from './page-table.js';
import type { Ptep } from './page-table-entry.js';

/**
 * pmd_lock(): protects the entries above the last level. One lock for the address space, as without
 * CONFIG_ARCH_ENABLE_SPLIT_PMD_PTLOCK: the model's processes have one table of that level anyway.
 *
 * @param subclass for the second of two processes' that are locked together (`spin_lock_nested()`)
 */
export function pmdLock(mm: Mm, subclass = 0): void {
  if (subclass === 0) spinLock(mm.pageTableLock);
  else spinLockNested(mm.pageTableLock, subclass);
}

export function pmdUnlock(mm: Mm): void {
  spinUnlock(mm.pageTableLock);
}

/** pmd_populate(): links a table in. Hold pmd_lock(). */
export function pmdPopulate(mm: Mm, address: VirtualAddress, pmdp: Ptep, table: PageTable): void {
  mm.memory.arch.setPteAt(mm, address, pmdp, mm.memory.arch.mkTable(table.pfn));
}

/** BUG_ON(!pmd_none(*pmd)): nobody but the caller may have filled the entry. Hold pmd_lock(). */
export function mustBePmdNone(mm: Mm, pmdp: Ptep): void {
  const { arch } = mm.memory;
  BUG_ON(!arch.pmdNone(arch.pmdpGet(pmdp)), `${pmdp.name} is not empty`);
}

/**
 * pmd_install(): links a new table in, unless somebody else has been faster.
 *
 * @param level of the table
 * @returns the table that is there then
 */
export const pmdInstall = defineKernelFunction(
  'mm/memory.c',
  'pmd_install',
  (mm: Mm, address: VirtualAddress, entryp: Ptep, level: number): PageTable => {
    const { memory } = mm;
    const { arch } = memory;
    pmdLock(mm);
    const entry = arch.ptepGet(entryp);
    let table: PageTable;
    if (arch.pmdNone(entry)) {
      // The kernel has allocated it before; who was slower would have to give it back.
      table = mm.unusedTable(level, address);
      table.allocate(entryp);
      if (level === memory.levels.length - 1) atomicAdd(mm.nrPtes, 1);
      // What is in the table before the table. Pairs with the address dependency of lockless walkers.
      smpWmb();
      pmdPopulate(mm, address, entryp, table);
    } else {
      table = memory.pageTableAt(arch.tablePfn(entry));
    }
    pmdUnlock(mm);
    return table;
  },
);

/** pte_alloc_one() and mm_inc_nr_ptes(): a table of the last level, empty, that is to belong to `pmdp`. */
export const pteAllocOne = defineKernelFunction(
  'include/asm-generic/pgalloc.h',
  'pte_alloc_one',
  (mm: Mm, address: VirtualAddress, pmdp: Ptep): PageTable => {
    const table = mm.unusedTable(mm.memory.levels.length - 1, address);
    table.allocate(pmdp);
    atomicAdd(mm.nrPtes, 1);
    return table;
  },
);

/** mm_dec_nr_ptes() and pte_free(): frees a table of the last level at once. */
export const pteFree = defineKernelFunction(
  'include/asm-generic/pgalloc.h',
  'pte_free',
  (mm: Mm, table: PageTable): void => {
    atomicAdd(mm.nrPtes, -1);
    table.free();
  },
);
