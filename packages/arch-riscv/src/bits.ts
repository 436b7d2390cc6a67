import { bit } from '@pagerace/pgtable-generic';

// arch/riscv/include/asm/pgtable-bits.h

/** Valid to the hardware. */
export const _PAGE_PRESENT = bit(0);
export const _PAGE_READ = bit(1);
export const _PAGE_WRITE = bit(2);
export const _PAGE_EXEC = bit(3);
/** User space may use it. */
export const _PAGE_USER = bit(4);
export const _PAGE_GLOBAL = bit(5);
export const _PAGE_ACCESSED = bit(6);
export const _PAGE_DIRTY = bit(7);
/** Reserved for software. */
export const _PAGE_SOFT = bit(8);

export const _PAGE_SPECIAL = _PAGE_SOFT;
/** An entry that has none of read, write and execute points to a table. */
export const _PAGE_TABLE = _PAGE_PRESENT;
/** Where the hardware ignores it, since _PAGE_PRESENT is clear. */
export const _PAGE_PROT_NONE = _PAGE_GLOBAL;

/** Since v6.3; where _PAGE_PRESENT is clear. */
export const _PAGE_SWP_EXCLUSIVE = _PAGE_ACCESSED;
