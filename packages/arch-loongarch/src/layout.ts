import type { PageTableLevel } from '@pagerace/page-model';
import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import { INVALID_PMD_TABLE, INVALID_PTE_TABLE, INVALID_PUD_TABLE } from './addresses.js';
import {
  _CACHE_CC,
  _PAGE_ACCESSED,
  _PAGE_GLOBAL,
  _PAGE_HUGE,
  _PAGE_MODIFIED,
  _PAGE_NO_EXEC,
  _PAGE_NO_READ,
  _PAGE_PRESENT,
  _PAGE_PROTNONE,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_USER,
  _PAGE_VALID,
  _PAGE_WRITE,
} from './bits.js';

/** log2 of the page sizes that there are: 4, 16 and 64 KiB. */
export type PageShift = 12 | 14 | 16;

/** An empty entry points to a table of empty entries. */
const levels: Readonly<Record<PageShift, readonly PageTableLevel[]>> = {
  12: [
    { name: 'pgd', shift: 39, entries: 512, none: INVALID_PUD_TABLE },
    { name: 'pud', shift: 30, entries: 512, none: INVALID_PMD_TABLE },
    { name: 'pmd', shift: 21, entries: 512, none: INVALID_PTE_TABLE },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  14: [
    { name: 'pgd', shift: 36, entries: 2048, none: INVALID_PMD_TABLE },
    { name: 'pmd', shift: 25, entries: 2048, none: INVALID_PTE_TABLE },
    { name: 'pte', shift: 14, entries: 2048 },
  ],
  16: [
    { name: 'pgd', shift: 42, entries: 8192, none: INVALID_PMD_TABLE },
    { name: 'pmd', shift: 29, entries: 8192, none: INVALID_PTE_TABLE },
    { name: 'pte', shift: 16, entries: 8192 },
  ],
};

const execute = _CACHE_CC | _PAGE_USER | _PAGE_PRESENT | _PAGE_VALID;

/** Up to v6.2, without an exclusive bit. */
export const loongarchSwapBeforeExclusive: SwapLayout = {
  marker: 0n,
  type: bits(16, 23),
  offset: bits(24, 63),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const loongarchSwap: SwapLayout = {
  ...loongarchSwapBeforeExclusive,
  type: bits(16, 22),
  exclusive: _PAGE_SWP_EXCLUSIVE,
};

/** 64-bit LoongArch: four levels with pages of 4 KiB, otherwise three. */
export function loongarchLayout(pageShift: PageShift): PteLayout {
  return {
    pageShift,
    levels: levels[pageShift],
    none: 0n,
    // An empty entry of the kernel's keeps the bit, which its neighbour needs.
    strayInNone: _PAGE_GLOBAL,
    present: _PAGE_PRESENT | _PAGE_PROTNONE,
    protnone: _PAGE_PROTNONE,
    frame: bits(pageShift, 47),
    write: _PAGE_WRITE,
    dirty: _PAGE_MODIFIED,
    young: _PAGE_ACCESSED,
    special: _PAGE_SPECIAL,
    softDirty: 0n,
    uffdWp: 0n,
    table: 0n,
    huge: _PAGE_HUGE,
    // arch/loongarch/mm/cache.c
    protection: {
      none: _CACHE_CC | _PAGE_USER | _PAGE_PROTNONE | _PAGE_NO_EXEC | _PAGE_NO_READ,
      read: execute | _PAGE_NO_EXEC,
      execute,
      write: execute | _PAGE_NO_EXEC | _PAGE_WRITE,
      writeExecute: execute | _PAGE_WRITE,
    },
    swap: loongarchSwap,
    swapBeforeExclusive: loongarchSwapBeforeExclusive,
  };
}
