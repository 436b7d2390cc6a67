import { bit } from '@pagerace/pgtable-generic';

// arch/mips/include/asm/pgtable-bits.h: 64-bit, release 2 or later, with RI and XI, huge pages.

// Software's.
export const _PAGE_PRESENT = bit(0);
export const _PAGE_WRITE = bit(1);
export const _PAGE_ACCESSED = bit(2);
export const _PAGE_MODIFIED = bit(3);
export const _PAGE_HUGE = bit(4);
export const _PAGE_SPECIAL = bit(5);

// The hardware's, in the order of EntryLo.
export const _PAGE_NO_EXEC = bit(6);
export const _PAGE_NO_READ = bit(7);
export const _PAGE_GLOBAL = bit(8);
/** Valid to the hardware: _PAGE_SILENT_READ. */
export const _PAGE_VALID = bit(9);
/** The hardware lets a store through: _PAGE_SILENT_WRITE. */
export const _PAGE_DIRTY = bit(10);
/** The cache attribute 5 of bits 11 to 13: coherent. */
export const _CACHE_CACHABLE_COW = bit(11) | bit(13);

/** Since v6.3; where _PAGE_PRESENT is clear. */
export const _PAGE_SWP_EXCLUSIVE = bit(23);
