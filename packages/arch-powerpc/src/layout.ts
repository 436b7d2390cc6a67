import { bit, bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_EXEC,
  _PAGE_HPTEFLAGS,
  _PAGE_INVALID,
  _PAGE_NON_IDEMPOTENT,
  _PAGE_PRESENT,
  _PAGE_PRIVILEGED,
  _PAGE_PTE,
  _PAGE_READ,
  _PAGE_RW,
  _PAGE_SOFT_DIRTY,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_SWP_SOFT_DIRTY,
  _PAGE_WRITE,
} from './bits.js';

const base = _PAGE_PRESENT | _PAGE_ACCESSED;

// PTE_RPN_MASK: _PAGE_PA_MAX is 53.
const frame = bits(16, 52);

export const powerpcSwap: SwapLayout = {
  marker: _PAGE_PTE,
  type: bits(0, 4),
  offset: frame,
  exclusive: _PAGE_SWP_EXCLUSIVE,
  softDirty: _PAGE_SWP_SOFT_DIRTY,
  uffdWp: 0n,
};

/** Up to v5.18, with the soft-dirty bit just above the type. */
export const powerpcSwapBeforeExclusive: SwapLayout = {
  ...powerpcSwap,
  softDirty: _PAGE_NON_IDEMPOTENT,
  exclusive: 0n,
};

/** What radix and hash have in common, with pages of 64 KiB. */
const common = {
  pageShift: 16,
  none: 0n,
  present: _PAGE_PRESENT | _PAGE_INVALID,
  protnone: 0n,
  frame,
  write: _PAGE_WRITE,
  dirty: _PAGE_DIRTY,
  young: _PAGE_ACCESSED,
  special: _PAGE_SPECIAL,
  softDirty: _PAGE_SOFT_DIRTY,
  uffdWp: 0n,
  protection: {
    none: base | _PAGE_PRIVILEGED,
    read: base | _PAGE_READ,
    execute: base | _PAGE_READ | _PAGE_EXEC,
    write: base | _PAGE_RW,
    writeExecute: base | _PAGE_RW | _PAGE_EXEC,
  },
  swap: powerpcSwap,
  swapBeforeExclusive: powerpcSwapBeforeExclusive,
} as const;

/** radix-64k.h. */
export const radixLayout: PteLayout = {
  ...common,
  levels: [
    { name: 'pgd', shift: 39, entries: 8192 },
    { name: 'pud', shift: 30, entries: 512 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 16, entries: 32 },
  ],
  // RADIX_PTE_NONE_MASK: the hardware may yet write R and C into an entry that is gone.
  strayInNone: _PAGE_DIRTY | _PAGE_ACCESSED,
  // RADIX_PMD_VAL_BITS: valid, and the size of the table below.
  table: bit(63) | 5n,
};

/** hash-64k.h. */
export const hashLayout: PteLayout = {
  ...common,
  levels: [
    { name: 'pgd', shift: 44, entries: 256 },
    { name: 'pud', shift: 34, entries: 1024 },
    { name: 'pmd', shift: 24, entries: 1024 },
    { name: 'pte', shift: 16, entries: 256 },
  ],
  // H_PTE_NONE_MASK.
  strayInNone: _PAGE_HPTEFLAGS,
  // HASH_PMD_VAL_BITS.
  table: bit(63),
};
