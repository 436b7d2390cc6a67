import { bit } from '@pagerace/pgtable-generic';

// arch/arm/include/asm/pgtable-3level.h, pgtable-3level-hwdef.h

/** Valid to the hardware. */
export const L_PTE_VALID = bit(0);
export const L_PTE_PRESENT = bit(0) | bit(1);
/** Memory attribute 7: normal, write-allocate. */
export const L_PTE_MT_WRITEALLOC = bit(2) | bit(3) | bit(4);
/** AP[1]: user space may use it. */
export const L_PTE_USER = bit(6);
/** AP[2]: no stores; set where an entry is stored that is clean or read-only. */
export const PTE_AP2 = bit(7);
/** SH[1:0]: inner shareable. */
export const L_PTE_SHARED = bit(8) | bit(9);
/** AF; the hardware faults where it is clear. */
export const L_PTE_YOUNG = bit(10);
/** Not global; set where an entry is stored. */
export const PTE_EXT_NG = bit(11);
/** No execution by the kernel. */
export const PTE_EXT_PXN = bit(53);
export const L_PTE_XN = bit(54);

// Software's.
export const L_PTE_DIRTY = bit(55);
export const L_PTE_SPECIAL = bit(56);
/** PROT_NONE. */
export const L_PTE_NONE = bit(57);
export const L_PTE_RDONLY = bit(58);

/** Clear in an entry that maps a huge page. */
export const PMD_TABLE_BIT = bit(1);
export const PMD_TYPE_TABLE = bit(0) | PMD_TABLE_BIT;

/** Since v6.3; where L_PTE_PRESENT is clear. */
export const L_PTE_SWP_EXCLUSIVE = bit(7);
