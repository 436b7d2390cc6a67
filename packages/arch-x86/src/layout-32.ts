import { bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';
import { _PAGE_NX, _PAGE_PRESENT, _PAGE_SWP_EXCLUSIVE_32 } from './bits.js';
import { x86Layout } from './layout.js';

const { none, read, execute, write, writeExecute } = x86Layout.protection;

/** What 32-bit x86 has none of: CONFIG_HAVE_ARCH_SOFT_DIRTY, CONFIG_HAVE_ARCH_USERFAULTFD_WP (Kconfig, v5.17). */
const without = { softDirty: 0n, uffdWp: 0n };

/** pgtable-2level.h; offsets are not inverted. */
export const x86TwoLevelSwap: SwapLayout = {
  marker: 0n,
  type: bits(1, 5),
  offset: bits(9, 31),
  exclusive: _PAGE_SWP_EXCLUSIVE_32,
  ...without,
};

/** Up to v6.2, with the bit unused. */
export const x86TwoLevelSwapBeforeExclusive: SwapLayout = { ...x86TwoLevelSwap, exclusive: 0n };

/** 32-bit x86 without PAE. */
export const x86TwoLevelLayout: PteLayout = {
  ...x86Layout,
  ...without,
  levels: [
    { name: 'pgd', shift: 22, entries: 1024 },
    { name: 'pte', shift: 12, entries: 1024 },
  ],
  // _PAGE_KNL_ERRATUM_MASK is empty: no CPU with the erratum runs without PAE.
  strayInNone: 0n,
  // __PHYSICAL_MASK_SHIFT is 32.
  frame: bits(12, 31),
  // There is no _PAGE_NX.
  protection: {
    none,
    read: read & ~_PAGE_NX,
    execute,
    write: write & ~_PAGE_NX,
    writeExecute,
  },
  swap: x86TwoLevelSwap,
  swapBeforeExclusive: x86TwoLevelSwapBeforeExclusive,
};

/**
 * pgtable-3level.h: where x86-64 has type and offset, inverted as well (v4.19). A swp_entry_t has 32 bits, 27 of
 * them for the offset.
 */
export const x86PaeSwap: SwapLayout = {
  ...x86Layout.swap,
  exclusive: _PAGE_SWP_EXCLUSIVE_32,
  ...without,
};

/** Up to v6.2, with the bit unused. */
export const x86PaeSwapBeforeExclusive: SwapLayout = { ...x86PaeSwap, exclusive: 0n };

/** 32-bit x86 with PAE. An entry of the top level has no protection, so a table has none of its own here. */
export const x86PaeLayout: PteLayout = {
  ...x86Layout,
  ...without,
  levels: [
    { name: 'pgd', shift: 30, entries: 4 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  table: _PAGE_PRESENT,
  swap: x86PaeSwap,
  swapBeforeExclusive: x86PaeSwapBeforeExclusive,
};
