import { bit } from '@pagerace/pgtable-generic';

// arch/x86/include/asm/pgtable_types.h

/** Valid to the hardware. */
export const _PAGE_PRESENT = bit(0);
/** Writable. */
export const _PAGE_RW = bit(1);
/** User space may use it. */
export const _PAGE_USER = bit(2);
/** Write-through. */
export const _PAGE_PWT = bit(3);
/** Not cached. */
export const _PAGE_PCD = bit(4);
/** Set by the hardware when it uses the entry. */
export const _PAGE_ACCESSED = bit(5);
/** Set by the hardware when it writes through the entry. */
export const _PAGE_DIRTY = bit(6);
/** Maps a huge page, above the last level. */
export const _PAGE_PSE = bit(7);
export const _PAGE_GLOBAL = bit(8);
/** _PAGE_SOFTW1: software's; pte_special(). */
export const _PAGE_SPECIAL = bit(9);
/** _PAGE_SOFTW2: software's; userfaultfd write-protects. */
export const _PAGE_UFFD_WP = bit(10);
/** _PAGE_SOFTW3: software's; written to since the bit was last cleared. */
export const _PAGE_SOFT_DIRTY = bit(11);
/** _PAGE_SOFTW4. */
export const _PAGE_DEVMAP = bit(58);
/** No execution. */
export const _PAGE_NX = bit(63);

/** Where the hardware ignores it, since _PAGE_PRESENT is clear: PROT_NONE, or a NUMA hint. */
export const _PAGE_PROTNONE = _PAGE_GLOBAL;

/** Bits that some CPUs may set in an entry that is not present: pte_none() does not look at them. */
export const _PAGE_KNL_ERRATUM_MASK = _PAGE_DIRTY | _PAGE_ACCESSED;

/** An entry that points to a table for user space. */
export const _PAGE_TABLE = _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY;

// In a swap entry, whose _PAGE_PRESENT and _PAGE_PROTNONE are clear (pgtable_64.h):

export const _PAGE_SWP_SOFT_DIRTY = _PAGE_RW;
export const _PAGE_SWP_UFFD_WP = _PAGE_USER;
/** Since v5.19. */
export const _PAGE_SWP_EXCLUSIVE = _PAGE_PWT;

// In a swap entry of 32-bit x86 (pgtable-2level.h, pgtable-3level.h):

/** Since v6.3: _PAGE_SWP_EXCLUSIVE, too, of another bit. */
export const _PAGE_SWP_EXCLUSIVE_32 = _PAGE_PSE;
