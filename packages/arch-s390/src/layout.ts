import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_DIRTY,
  _PAGE_INVALID,
  _PAGE_NOEXEC,
  _PAGE_PRESENT,
  _PAGE_PROTECT,
  _PAGE_READ,
  _PAGE_SOFT_DIRTY,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_WRITE,
  _PAGE_YOUNG,
  _REGION1_ENTRY_EMPTY,
  _REGION2_ENTRY_EMPTY,
  _REGION3_ENTRY_EMPTY,
  _SEGMENT_ENTRY_EMPTY,
} from './bits.js';

const none = _PAGE_PRESENT | _PAGE_INVALID | _PAGE_PROTECT;
const execute = none | _PAGE_READ;

export const s390Swap: SwapLayout = {
  marker: _PAGE_INVALID | _PAGE_PROTECT,
  type: bits(2, 6),
  offset: bits(12, 63),
  exclusive: _PAGE_SWP_EXCLUSIVE,
  softDirty: _PAGE_SOFT_DIRTY,
  uffdWp: 0n,
};

/** Up to v5.18, with the bit unused. */
export const s390SwapBeforeExclusive: SwapLayout = {
  ...s390Swap,
  exclusive: 0n,
};

/**
 * s390 with 5-level page tables. A table of the last level is half a page and here has a frame of its
 * own; the type and length that an entry for a region table has are left out.
 */
export const s390Layout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 53, entries: 2048, none: _REGION1_ENTRY_EMPTY },
    { name: 'p4d', shift: 42, entries: 2048, none: _REGION2_ENTRY_EMPTY },
    { name: 'pud', shift: 31, entries: 2048, none: _REGION3_ENTRY_EMPTY },
    { name: 'pmd', shift: 20, entries: 2048, none: _SEGMENT_ENTRY_EMPTY },
    { name: 'pte', shift: 12, entries: 256 },
  ],
  none: _PAGE_INVALID,
  strayInNone: 0n,
  present: _PAGE_PRESENT,
  protnone: 0n,
  frame: bits(12, 63),
  write: _PAGE_WRITE,
  dirty: _PAGE_DIRTY,
  young: _PAGE_YOUNG,
  special: _PAGE_SPECIAL,
  softDirty: _PAGE_SOFT_DIRTY,
  uffdWp: 0n,
  table: 0n,
  // Old and clean, and so invalid and protected.
  protection: {
    none,
    read: execute | _PAGE_NOEXEC,
    execute,
    write: execute | _PAGE_NOEXEC | _PAGE_WRITE,
    writeExecute: execute | _PAGE_WRITE,
  },
  swap: s390Swap,
  swapBeforeExclusive: s390SwapBeforeExclusive,
};
