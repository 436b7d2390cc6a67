import { bit, bits, type PteLayout, type SwapLayout } from '@pagerace/pgtable-generic';

const PRESENT = bit(0);
const WRITE = bit(1);
const YOUNG = bit(2);
const DIRTY = bit(3);
const SPECIAL = bit(4);
/** In an entry that is not present. */
const EXCLUSIVE = bit(5);
const PROT_NONE = bit(6);
const HUGE = bit(7);

const read = PRESENT | YOUNG;

/** Nothing is special about the entries of W. */
export const wSwap: SwapLayout = {
  marker: 0n,
  type: bits(7, 11),
  offset: bits(12, 63),
  exclusive: EXCLUSIVE,
  softDirty: 0n,
  uffdWp: 0n,
};

/** Before v6.3. */
export const wSwapBeforeExclusive: SwapLayout = {
  ...wSwap,
  exclusive: 0n,
};

export const wLayout: PteLayout = {
  pageShift: 12,
  levels: [
    { name: 'pgd', shift: 39, entries: 512 },
    { name: 'pud', shift: 30, entries: 512 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: 12, entries: 512 },
  ],
  none: 0n,
  strayInNone: 0n,
  present: PRESENT | PROT_NONE,
  protnone: PROT_NONE,
  frame: bits(12, 51),
  write: WRITE,
  dirty: DIRTY,
  young: YOUNG,
  special: SPECIAL,
  softDirty: 0n,
  uffdWp: 0n,
  table: PRESENT,
  huge: HUGE,
  protection: {
    none: PROT_NONE | YOUNG,
    read,
    execute: read,
    write: read | WRITE,
    writeExecute: read | WRITE,
  },
  swap: wSwap,
  swapBeforeExclusive: wSwapBeforeExclusive,
};
