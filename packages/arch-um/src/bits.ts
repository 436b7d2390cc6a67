import { bit } from '@pagerace/pgtable-generic';

// arch/um/include/asm/pgtable.h

export const _PAGE_PRESENT = bit(0);
/** The host does not have the entry yet. */
export const _PAGE_NEWPAGE = bit(1);
/** The host has the entry, with another protection. */
export const _PAGE_NEWPROT = bit(2);
/** PROT_NONE, where _PAGE_PRESENT is clear. */
export const _PAGE_PROTNONE = bit(4);
export const _PAGE_RW = bit(5);
export const _PAGE_USER = bit(6);
export const _PAGE_ACCESSED = bit(7);
export const _PAGE_DIRTY = bit(8);
/** Since v6.3; where _PAGE_PRESENT is clear. */
export const _PAGE_SWP_EXCLUSIVE = bit(10);
export const _PAGE_TABLE = _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY;
