import { bit } from '@pagerace/pgtable-generic';

// arch/s390/include/asm/pgtable.h; bits are counted from the least significant, as everywhere here.

/** Software's. */
export const _PAGE_PRESENT = bit(0);
/** Software's, also in a swap entry. */
export const _PAGE_SOFT_DIRTY = bit(1);
/** Software's: used. An entry that is not young is {@link _PAGE_INVALID}. */
export const _PAGE_YOUNG = bit(2);
/** Software's: written to. An entry that is not dirty is {@link _PAGE_PROTECT}. */
export const _PAGE_DIRTY = bit(3);
/** Software's: readable. */
export const _PAGE_READ = bit(4);
/** Software's: writable. */
export const _PAGE_WRITE = bit(5);
/** Software's. */
export const _PAGE_SPECIAL = bit(6);
/** The hardware's: no execution. */
export const _PAGE_NOEXEC = bit(8);
/** The hardware's: no stores. */
export const _PAGE_PROTECT = bit(9);
/** The hardware's: no accesses. */
export const _PAGE_INVALID = bit(10);
/** Software's, of a huge page as an entry of the last level. */
export const _PAGE_LARGE = bit(11);

/** Since v5.19. */
export const _PAGE_SWP_EXCLUSIVE = _PAGE_LARGE;

// An entry for a segment, a megabyte, which may be a huge page:

/** Software's: readable. */
export const _SEGMENT_ENTRY_READ = bit(0);
/** Software's: writable. */
export const _SEGMENT_ENTRY_WRITE = bit(1);
/** The hardware's: no accesses. */
export const _SEGMENT_ENTRY_INVALID = bit(5);
/** The hardware's: no execution. */
export const _SEGMENT_ENTRY_NOEXEC = bit(8);
/** The hardware's: no stores. */
export const _SEGMENT_ENTRY_PROTECT = bit(9);
/** The hardware's: maps a huge page. */
export const _SEGMENT_ENTRY_LARGE = bit(10);
/** Software's. */
export const _SEGMENT_ENTRY_YOUNG = bit(12);
/** Software's. */
export const _SEGMENT_ENTRY_DIRTY = bit(13);
/** Software's. */
export const _SEGMENT_ENTRY_SOFT_DIRTY = bit(14);

export const _SEGMENT_ENTRY_EMPTY = _SEGMENT_ENTRY_INVALID;
export const _REGION3_ENTRY_EMPTY = 0x24n;
export const _REGION2_ENTRY_EMPTY = 0x28n;
export const _REGION1_ENTRY_EMPTY = 0x2cn;
