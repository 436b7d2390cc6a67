import { bit } from '@pagerace/pgtable-generic';

// arch/loongarch/include/asm/pgtable-bits.h

/** Valid to the hardware, and software's accessed bit at once. */
export const _PAGE_VALID = bit(0);
export const _PAGE_ACCESSED = _PAGE_VALID;
/** The hardware lets a store through. */
export const _PAGE_DIRTY = bit(1);
/** Privilege level 3: user space. */
export const _PAGE_USER = bit(2) | bit(3);
/** Coherent and cached. */
export const _CACHE_CC = bit(4);
export const _PAGE_GLOBAL = bit(6);
/** In an entry above the last level, the place of {@link _PAGE_GLOBAL}. */
export const _PAGE_HUGE = bit(6);

// Software's.
export const _PAGE_PRESENT = bit(7);
export const _PAGE_WRITE = bit(8);
export const _PAGE_MODIFIED = bit(9);
export const _PAGE_PROTNONE = bit(10);
export const _PAGE_SPECIAL = bit(11);
/** Since v6.3; where neither _PAGE_PRESENT nor _PAGE_PROTNONE is set. */
export const _PAGE_SWP_EXCLUSIVE = bit(23);
/** Of an entry for a huge page that is not valid for the moment; since v6.4 (ddc1729b07cc). */
export const _PAGE_PRESENT_INVALID = bit(60);

export const _PAGE_NO_READ = bit(61);
export const _PAGE_NO_EXEC = bit(62);
