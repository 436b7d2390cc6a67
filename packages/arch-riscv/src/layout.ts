import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_EXEC,
  _PAGE_PRESENT,
  _PAGE_PROT_NONE,
  _PAGE_READ,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_TABLE,
  _PAGE_USER,
  _PAGE_WRITE,
} from './bits.js';

const read = _PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_USER | _PAGE_READ;

/** Up to v6.2, without an exclusive bit. */
export const riscvSwapBeforeExclusive: SwapLayout = {
  marker: 0n,
  type: bits(6, 10),
  offset: bits(11, 63),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const riscvSwap: SwapLayout = {
  marker: 0n,
  type: bits(7, 11),
  offset: bits(12, 63),
  exclusive: _PAGE_SWP_EXCLUSIVE,
  softDirty: 0n,
  uffdWp: 0n,
};

/** 64-bit RISC-V with an address space of 48 bits, Sv48. */
export const riscvLayout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 39, entries: 512 },
    { name: 'pud', shift: 30, entries: 512 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  none: 0n,
  strayInNone: 0n,
  present: _PAGE_PRESENT | _PAGE_PROT_NONE,
  protnone: _PAGE_PROT_NONE,
  // The frame number is two bits lower than in the address.
  frame: bits(10, 53),
  write: _PAGE_WRITE,
  dirty: _PAGE_DIRTY,
  young: _PAGE_ACCESSED,
  special: _PAGE_SPECIAL,
  softDirty: 0n,
  uffdWp: 0n,
  table: _PAGE_TABLE,
  protection: {
    none: _PAGE_PROT_NONE | _PAGE_READ,
    read,
    execute: read | _PAGE_EXEC,
    write: read | _PAGE_WRITE,
    writeExecute: read | _PAGE_WRITE | _PAGE_EXEC,
  },
  swap: riscvSwap,
  swapBeforeExclusive: riscvSwapBeforeExclusive,
};
