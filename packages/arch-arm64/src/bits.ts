import { bit } from '@pagerace/pgtable-generic';

// arch/arm64/include/asm/pgtable-hwdef.h

/** Valid to the hardware. */
export const PTE_VALID = bit(0);
export const PTE_TYPE_PAGE = bit(0) | bit(1);
/** AP[1]: user space may use it. */
export const PTE_USER = bit(6);
/** AP[2]: no stores, unless {@link PTE_DBM} lets the hardware clear it. */
export const PTE_RDONLY = bit(7);
/** SH[1:0]: inner shareable. */
export const PTE_SHARED = bit(8) | bit(9);
/** Used; set by the hardware where it has FEAT_HAFDBS. */
export const PTE_AF = bit(10);
/** Not global. */
export const PTE_NG = bit(11);
/** Dirty bit management: a store clears {@link PTE_RDONLY} instead of faulting. */
export const PTE_DBM = bit(51);
/** No execution by the kernel. */
export const PTE_PXN = bit(53);
/** No execution by user space. */
export const PTE_UXN = bit(54);

/** Clear in an entry that maps a huge page. */
export const PMD_TABLE_BIT = bit(1);
export const PMD_TYPE_TABLE = bit(0) | PMD_TABLE_BIT;
/** Software's, of an entry for a huge page that is not valid for the moment. */
export const PMD_PRESENT_INVALID = bit(59);
/** No execution by the kernel in all that the table maps (v5.13). */
export const PMD_TABLE_PXN = bit(59);

// arch/arm64/include/asm/pgtable-prot.h

export const PTE_WRITE = PTE_DBM;
/** Software's: written to, and write-protected since. */
export const PTE_DIRTY = bit(55);
export const PTE_SPECIAL = bit(56);
export const PTE_DEVMAP = bit(57);
/** Only where {@link PTE_VALID} is clear. */
export const PTE_PROT_NONE = bit(58);

/** In a swap entry, whose PTE_VALID, PTE_TYPE_PAGE and PTE_PROT_NONE are clear; since v5.19. */
export const PTE_SWP_EXCLUSIVE = bit(2);
