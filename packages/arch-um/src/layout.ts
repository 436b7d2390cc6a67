import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_NEWPAGE,
  _PAGE_PRESENT,
  _PAGE_PROTNONE,
  _PAGE_RW,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_TABLE,
  _PAGE_USER,
} from './bits.js';

/** Up to v6.2, with bit 10 unused. */
export const umSwapBeforeExclusive: SwapLayout = {
  marker: 0n,
  type: bits(5, 9),
  offset: bits(11, 63),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const umSwap: SwapLayout = { ...umSwapBeforeExclusive, exclusive: _PAGE_SWP_EXCLUSIVE };

const read = _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED;

/** 64-bit user-mode Linux: three levels. */
export const umLayout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 30, entries: 512, none: _PAGE_NEWPAGE },
    { name: 'pmd', shift: 21, entries: 512, none: _PAGE_NEWPAGE },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  // Stored as _PAGE_NEWPAGE.
  none: 0n,
  strayInNone: _PAGE_NEWPAGE,
  present: _PAGE_PRESENT | _PAGE_PROTNONE,
  protnone: _PAGE_PROTNONE,
  frame: bits(12, 63),
  write: _PAGE_RW,
  dirty: _PAGE_DIRTY,
  young: _PAGE_ACCESSED,
  special: 0n,
  softDirty: 0n,
  uffdWp: 0n,
  table: _PAGE_TABLE,
  protection: {
    none: _PAGE_PROTNONE | _PAGE_ACCESSED,
    read,
    execute: read,
    write: read | _PAGE_RW,
    writeExecute: read | _PAGE_RW,
  },
  swap: umSwap,
  swapBeforeExclusive: umSwapBeforeExclusive,
};
