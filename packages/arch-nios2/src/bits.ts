import { bit } from '@pagerace/pgtable-generic';

// arch/nios2/include/asm/pgtable-bits.h

// The hardware's, in the order of tlbacc.
export const _PAGE_GLOBAL = bit(20);
export const _PAGE_EXEC = bit(21);
export const _PAGE_WRITE = bit(22);
export const _PAGE_READ = bit(23);
export const _PAGE_CACHED = bit(24);

// Software's.
export const _PAGE_PRESENT = bit(25);
export const _PAGE_ACCESSED = bit(26);
export const _PAGE_DIRTY = bit(27);
/** Since v6.3; where _PAGE_PRESENT is clear. */
export const _PAGE_SWP_EXCLUSIVE = bit(31);
