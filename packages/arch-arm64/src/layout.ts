import type { PageTableLevel } from '@pagerace/page-model';
import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  PMD_TABLE_PXN,
  PMD_TYPE_TABLE,
  PTE_AF,
  PTE_DIRTY,
  PTE_NG,
  PTE_PROT_NONE,
  PTE_PXN,
  PTE_RDONLY,
  PTE_SHARED,
  PTE_SPECIAL,
  PTE_SWP_EXCLUSIVE,
  PTE_TYPE_PAGE,
  PTE_USER,
  PTE_UXN,
  PTE_VALID,
  PTE_WRITE,
} from './bits.js';

/** log2 of the page sizes that there are: 4, 16 and 64 KiB. */
export type Granule = 12 | 14 | 16;

/** Levels of a 48-bit address space. */
const levels: Readonly<Record<Granule, readonly PageTableLevel[]>> = {
  12: [
    { name: 'pgd', shift: 39, entries: 512 },
    { name: 'pud', shift: 30, entries: 512 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  14: [
    { name: 'pgd', shift: 47, entries: 2 },
    { name: 'pud', shift: 36, entries: 2048 },
    { name: 'pmd', shift: 25, entries: 2048 },
    { name: 'pte', shift: 14, entries: 2048 },
  ],
  16: [
    { name: 'pgd', shift: 42, entries: 64 },
    { name: 'pmd', shift: 29, entries: 8192 },
    { name: 'pte', shift: 16, entries: 8192 },
  ],
};

// Memory attribute 0 is MT_NORMAL.
const pageDefault = PTE_TYPE_PAGE | PTE_AF | PTE_SHARED;
const readExecute = pageDefault | PTE_USER | PTE_RDONLY | PTE_NG | PTE_PXN;

export const arm64Swap: SwapLayout = {
  marker: 0n,
  type: bits(3, 7),
  offset: bits(8, 57),
  exclusive: PTE_SWP_EXCLUSIVE,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Up to v5.18, with a type of six bits. */
export const arm64SwapBeforeExclusive: SwapLayout = {
  ...arm64Swap,
  type: bits(2, 7),
  exclusive: 0n,
};

/** arm64 with an address space of 48 bits. */
export function arm64Layout(granule: Granule): PteLayout {
  return {
    pageShift: granule,
    levels: levels[granule],
    none: 0n,
    strayInNone: 0n,
    present: PTE_VALID | PTE_PROT_NONE,
    protnone: PTE_PROT_NONE,
    frame: bits(granule, 47),
    write: PTE_WRITE,
    dirty: PTE_DIRTY,
    young: PTE_AF,
    special: PTE_SPECIAL,
    softDirty: 0n,
    uffdWp: 0n,
    table: PMD_TYPE_TABLE | PMD_TABLE_PXN,
    // A writable entry starts clean, and so read-only to the hardware.
    protection: {
      none: (pageDefault & ~PTE_VALID) | PTE_PROT_NONE | PTE_RDONLY | PTE_NG | PTE_PXN | PTE_UXN,
      read: readExecute | PTE_UXN,
      execute: readExecute,
      write: readExecute | PTE_UXN | PTE_WRITE,
      writeExecute: readExecute | PTE_WRITE,
    },
    swap: arm64Swap,
    swapBeforeExclusive: arm64SwapBeforeExclusive,
  };
}
