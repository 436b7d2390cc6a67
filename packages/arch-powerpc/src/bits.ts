import { bit } from '@pagerace/pgtable-generic';

// arch/powerpc/include/asm/book3s/64/pgtable.h: what radix and hash have in common.

export const _PAGE_EXEC = bit(0);
export const _PAGE_WRITE = bit(1);
export const _PAGE_READ = bit(2);
export const _PAGE_RW = _PAGE_READ | _PAGE_WRITE;
export const _PAGE_RWX = _PAGE_RW | _PAGE_EXEC;
/** The kernel's only. */
export const _PAGE_PRIVILEGED = bit(3);
export const _PAGE_NON_IDEMPOTENT = bit(5);
/** C: changed. */
export const _PAGE_DIRTY = bit(7);
/** R: referenced. */
export const _PAGE_ACCESSED = bit(8);
/** _RPAGE_SW3: software's. */
export const _PAGE_SOFT_DIRTY = bit(9);
/** _RPAGE_SW2: software's. */
export const _PAGE_SPECIAL = bit(10);
/** _RPAGE_SW0: invalid for the moment, and to be taken for present. */
export const _PAGE_INVALID = bit(61);
/** An entry and no pointer to a table. */
export const _PAGE_PTE = bit(62);
export const _PAGE_PRESENT = bit(63);

/** Since v5.19. */
export const _PAGE_SWP_EXCLUSIVE = _PAGE_NON_IDEMPOTENT;
/** Since v5.19; before, bit 5. */
export const _PAGE_SWP_SOFT_DIRTY = _PAGE_SOFT_DIRTY;

// arch/powerpc/include/asm/book3s/64/hash-64k.h

/** Somebody is putting the entry into the hash table: who wants to change it waits. */
export const H_PAGE_BUSY = bit(6);
/** Of pages that are hashed in parts of 4 KiB. */
export const H_PAGE_COMBO = bit(12);
/** The hash table may have the entry. */
export const H_PAGE_HASHPTE = bit(55);
export const _PAGE_HPTEFLAGS = H_PAGE_BUSY | H_PAGE_HASHPTE | H_PAGE_COMBO;
