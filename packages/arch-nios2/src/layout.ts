import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_CACHED,
  _PAGE_DIRTY,
  _PAGE_EXEC,
  _PAGE_GLOBAL,
  _PAGE_PRESENT,
  _PAGE_READ,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_WRITE,
} from './bits.js';

/** In the kernel's image; where in it is the linker's affair. */
export const INVALID_PTE_TABLE = 0xc100_0000n;

/** Up to v6.2, with room for four types and without an exclusive bit. */
export const nios2SwapBeforeExclusive: SwapLayout = {
  marker: 0n,
  type: bits(26, 27),
  offset: bits(0, 19),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const nios2Swap: SwapLayout = {
  ...nios2SwapBeforeExclusive,
  type: bits(26, 30),
  exclusive: _PAGE_SWP_EXCLUSIVE,
};

const none = _PAGE_PRESENT | _PAGE_CACHED;
const read = none | _PAGE_READ;

/** Nios II: 32 bits, two levels. */
export const nios2Layout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 22, entries: 1024, none: INVALID_PTE_TABLE },
    { name: 'pte', shift: 12, entries: 1024 },
  ],
  none: 0n,
  // pte_clear() leaves four bits of the page number, for the TLB.
  strayInNone: _PAGE_GLOBAL | 0xfn,
  present: _PAGE_PRESENT,
  // No bit of its own: see pte_protnone().
  protnone: 0n,
  frame: bits(0, 19),
  write: _PAGE_WRITE,
  dirty: _PAGE_DIRTY,
  young: _PAGE_ACCESSED,
  special: 0n,
  softDirty: 0n,
  uffdWp: 0n,
  table: 0n,
  // arch/nios2/mm/init.c
  protection: {
    none,
    read,
    execute: read | _PAGE_EXEC,
    write: read | _PAGE_WRITE,
    writeExecute: read | _PAGE_WRITE | _PAGE_EXEC,
  },
  swap: nios2Swap,
  swapBeforeExclusive: nios2SwapBeforeExclusive,
};
