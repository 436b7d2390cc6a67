import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_CA_INVALID,
  _PAGE_DIRTY,
  _PAGE_HW_EXEC,
  _PAGE_NONE,
  _PAGE_PRESENT,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_USER,
  _PAGE_WRITABLE,
} from './bits.js';

/** Up to v6.2, without an exclusive bit. */
export const xtensaSwapBeforeExclusive: SwapLayout = {
  marker: _PAGE_CA_INVALID | _PAGE_USER,
  type: bits(6, 10),
  offset: bits(11, 31),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const xtensaSwap: SwapLayout = {
  ...xtensaSwapBeforeExclusive,
  exclusive: _PAGE_SWP_EXCLUSIVE,
};

const read = _PAGE_PRESENT | _PAGE_USER;

/** Xtensa: 32 bits, two levels. */
export const xtensaLayout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 22, entries: 1024, none: 0n },
    { name: 'pte', shift: 12, entries: 1024 },
  ],
  none: _PAGE_CA_INVALID | _PAGE_USER,
  strayInNone: 0n,
  // No bit, but an attribute: see pte_present() and pte_protnone().
  present: 0n,
  protnone: 0n,
  frame: bits(12, 31),
  write: _PAGE_WRITABLE,
  dirty: _PAGE_DIRTY,
  young: _PAGE_ACCESSED,
  special: 0n,
  softDirty: 0n,
  uffdWp: 0n,
  table: 0n,
  protection: {
    none: _PAGE_NONE | _PAGE_USER,
    read,
    execute: read | _PAGE_HW_EXEC,
    write: read | _PAGE_WRITABLE,
    writeExecute: read | _PAGE_WRITABLE | _PAGE_HW_EXEC,
  },
  swap: xtensaSwap,
  swapBeforeExclusive: xtensaSwapBeforeExclusive,
};
