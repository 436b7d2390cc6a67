import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_KNL_ERRATUM_MASK,
  _PAGE_NX,
  _PAGE_PRESENT,
  _PAGE_PROTNONE,
  _PAGE_PSE,
  _PAGE_RW,
  _PAGE_SOFT_DIRTY,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_SWP_SOFT_DIRTY,
  _PAGE_SWP_UFFD_WP,
  _PAGE_TABLE,
  _PAGE_UFFD_WP,
  _PAGE_USER,
} from './bits.js';

const readOnly = _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED;

export const x86Swap: SwapLayout = {
  marker: 0n,
  type: bits(59, 63),
  offset: bits(9, 58),
  exclusive: _PAGE_SWP_EXCLUSIVE,
  softDirty: _PAGE_SWP_SOFT_DIRTY,
  uffdWp: _PAGE_SWP_UFFD_WP,
};

/** Up to v5.18, with the bit unused. */
export const x86SwapBeforeExclusive: SwapLayout = {
  ...x86Swap,
  exclusive: 0n,
};

/** x86-64 with 4-level page tables. */
export const x86Layout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 39, entries: 512 },
    { name: 'pud', shift: 30, entries: 512 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  none: 0n,
  strayInNone: _PAGE_KNL_ERRATUM_MASK,
  present: _PAGE_PRESENT | _PAGE_PROTNONE,
  protnone: _PAGE_PROTNONE,
  // Up to bit 51: __PHYSICAL_MASK_SHIFT is 52.
  frame: bits(12, 51),
  write: _PAGE_RW,
  dirty: _PAGE_DIRTY,
  young: _PAGE_ACCESSED,
  special: _PAGE_SPECIAL,
  softDirty: _PAGE_SOFT_DIRTY,
  uffdWp: _PAGE_UFFD_WP,
  table: _PAGE_TABLE,
  huge: _PAGE_PSE,
  // arch/x86/mm/pgprot.c. Protections come accessed; PROT_NONE is global but not present.
  protection: {
    none: _PAGE_PROTNONE | _PAGE_ACCESSED,
    read: readOnly | _PAGE_NX,
    execute: readOnly,
    write: readOnly | _PAGE_RW | _PAGE_NX,
    writeExecute: readOnly | _PAGE_RW,
  },
  // pgtable_64.h. The offset is inverted.
  swap: x86Swap,
  swapBeforeExclusive: x86SwapBeforeExclusive,
};
