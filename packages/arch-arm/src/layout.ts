import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  L_PTE_DIRTY,
  L_PTE_MT_WRITEALLOC,
  L_PTE_NONE,
  L_PTE_PRESENT,
  L_PTE_RDONLY,
  L_PTE_SHARED,
  L_PTE_SPECIAL,
  L_PTE_SWP_EXCLUSIVE,
  L_PTE_USER,
  L_PTE_XN,
  L_PTE_YOUNG,
  PMD_TYPE_TABLE,
  PTE_EXT_PXN,
} from './bits.js';

// arch/arm/mm/mmu.c: pgprot_user of a multiprocessor.
const user = L_PTE_PRESENT | L_PTE_YOUNG | L_PTE_MT_WRITEALLOC | L_PTE_SHARED | PTE_EXT_PXN;
const write = user | L_PTE_USER;

/** Up to v6.2, without an exclusive bit. */
export const armSwapBeforeExclusive: SwapLayout = {
  marker: 0n,
  type: bits(2, 6),
  offset: bits(7, 31),
  exclusive: 0n,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Since v6.3. */
export const armSwap: SwapLayout = {
  ...armSwapBeforeExclusive,
  offset: bits(8, 31),
  exclusive: L_PTE_SWP_EXCLUSIVE,
};

/** 32-bit ARM with LPAE. */
export const armLpaeLayout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 30, entries: 4 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  none: 0n,
  strayInNone: 0n,
  present: L_PTE_PRESENT,
  // No part of `present`: see pte_protnone().
  protnone: 0n,
  // Physical addresses have 40 bits.
  frame: bits(12, 39),
  // Set where an entry is not writable.
  write: L_PTE_RDONLY,
  dirty: L_PTE_DIRTY,
  young: L_PTE_YOUNG,
  special: L_PTE_SPECIAL,
  softDirty: 0n,
  uffdWp: 0n,
  table: PMD_TYPE_TABLE,
  protection: {
    none: user | L_PTE_XN | L_PTE_RDONLY | L_PTE_NONE,
    read: write | L_PTE_RDONLY | L_PTE_XN,
    execute: write | L_PTE_RDONLY,
    write: write | L_PTE_XN,
    writeExecute: write,
  },
  swap: armSwap,
  swapBeforeExclusive: armSwapBeforeExclusive,
};
