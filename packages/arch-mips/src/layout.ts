import type { PageTableLevel } from '@pagerace/page-model';
import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import { INVALID_PMD_TABLE, INVALID_PTE_TABLE } from './addresses.js';
import {
  _CACHE_CACHABLE_COW,
  _PAGE_ACCESSED,
  _PAGE_GLOBAL,
  _PAGE_HUGE,
  _PAGE_MODIFIED,
  _PAGE_NO_EXEC,
  _PAGE_NO_READ,
  _PAGE_PRESENT,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_WRITE,
} from './bits.js';

/** log2 of the page sizes that are modelled: 4, 16 and 64 KiB. */
export type PageShift = 12 | 14 | 16;

/** An empty entry points to a table of empty entries. The root has two pages where pages have 4 KiB. */
const levels: Readonly<Record<PageShift, readonly PageTableLevel[]>> = {
  12: [
    { name: 'pgd', shift: 30, entries: 1024, none: INVALID_PMD_TABLE },
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

const execute = _CACHE_CACHABLE_COW | _PAGE_PRESENT;

/** Up to v6.2, without an exclusive bit. */
export const mipsSwapBeforeExclusive: SwapLayout = {
  marker: 0n,
  type: bits(16, 23),
  offset: bits(24, 63),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const mipsSwap: SwapLayout = {
  ...mipsSwapBeforeExclusive,
  type: bits(16, 22),
  exclusive: _PAGE_SWP_EXCLUSIVE,
};

/** 64-bit MIPS with three levels. */
export function mipsLayout(pageShift: PageShift): PteLayout {
  return {
    pageShift,
    levels: levels[pageShift],
    none: 0n,
    // An empty entry of the kernel's keeps the bit, which its neighbour needs.
    strayInNone: _PAGE_GLOBAL,
    present: _PAGE_PRESENT,
    // No bit of its own: see pte_protnone().
    protnone: 0n,
    // The frame number is two bits higher than in the address.
    frame: bits(pageShift + 2, 63),
    write: _PAGE_WRITE,
    dirty: _PAGE_MODIFIED,
    young: _PAGE_ACCESSED,
    special: _PAGE_SPECIAL,
    softDirty: 0n,
    uffdWp: 0n,
    table: 0n,
    huge: _PAGE_HUGE,
    // arch/mips/mm/cache.c: setup_protection_map(). An entry starts old, so that its first use faults.
    protection: {
      none: execute | _PAGE_NO_EXEC | _PAGE_NO_READ,
      read: execute | _PAGE_NO_EXEC,
      execute,
      write: execute | _PAGE_NO_EXEC | _PAGE_WRITE,
      writeExecute: execute | _PAGE_WRITE,
    },
    swap: mipsSwap,
    swapBeforeExclusive: mipsSwapBeforeExclusive,
  };
}
