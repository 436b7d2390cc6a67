import { bit } from '@pagerace/pgtable-generic';

// arch/xtensa/include/asm/pgtable.h, for hardware since 2000 (LX).

/** The four lowest bits: what may be done, and how it is cached. */
export const _PAGE_ATTRIB_MASK = 0xfn;
export const _PAGE_HW_EXEC = bit(0);
/** The hardware lets a store through. */
export const _PAGE_HW_WRITE = bit(1);
export const _PAGE_CA_WB = bit(2);
export const _PAGE_CA_MASK = bit(2) | bit(3);
/** Not valid to the hardware, whatever the two lowest bits are. */
export const _PAGE_CA_INVALID = _PAGE_CA_MASK;
/** The attribute of PROT_NONE. */
export const _PAGE_NONE = _PAGE_ATTRIB_MASK;
/** Ring 1: user space. */
export const _PAGE_USER = bit(4);

// Software's.
export const _PAGE_WRITABLE = bit(6);
export const _PAGE_DIRTY = bit(7);
export const _PAGE_ACCESSED = bit(8);
export const _PAGE_PRESENT = _PAGE_CA_WB | _PAGE_ACCESSED;
/** Since v6.3; where the attribute is _PAGE_CA_INVALID. */
export const _PAGE_SWP_EXCLUSIVE = bit(1);
