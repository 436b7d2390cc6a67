import type { PropertyDefinition } from '@pagerace/kernel';
import { UNSTABLE_WRITE } from '@pagerace/swap';

export const readAcrossForkIsSeen: PropertyDefinition = {
  id: 'I-DIO-FORK',
  statement:
    'after a direct read has completed, a user load returns what the device has, although the process ' +
    'forked since its submission: a wish, and no part of I-COH',
  allowed:
    'a reference of FOLL_GET stays coherent with the page table only as long as no fork comes after it',
};

export const writableIsExclusive: PropertyDefinition = {
  id: 'I-EXCL1',
  statement:
    'in a kernel with PG_anon_exclusive, an anonymous page that is mapped writable is marked so',
};

export const exclusiveIsMappedOnce: PropertyDefinition = {
  id: 'I-EXCL2',
  statement:
    'a page that is marked PG_anon_exclusive is mapped once, and no swap entry refers to it',
};

export const markedEntryIsAlone: PropertyDefinition = {
  id: 'I-EXCL3',
  statement: 'a swap entry with the exclusive marker is the only one of its slot',
};

export const pinnedStaysMapped: PropertyDefinition = {
  id: 'I-PIN',
  statement:
    'an anonymous page that is pinned is in the end still, or again, mapped where it was pinned and, in a ' +
    'kernel with PG_anon_exclusive, marked so',
};

export const storesAreConfined: PropertyDefinition = {
  id: 'I-CONF',
  statement:
    'neither of two processes that came to share a page, by fork or by KSM, loads what the other has ' +
    'written since',
};

export const stableWhileWritten: PropertyDefinition = {
  id: UNSTABLE_WRITE,
  statement:
    'a page does not change while a device writes it that needs it unchanged (SWP_STABLE_WRITES)',
};

export const ownStoreIsKept: PropertyDefinition = {
  id: 'I-OWN',
  statement: 'the process loads what it has stored last to each half of its page',
};

export const slotsAreCounted: PropertyDefinition = {
  id: 'I-SWAPMAP',
  statement:
    'in the end swap_map[] counts the page-table entries of each slot, and says whether a page of it is ' +
    'in the swap cache',
};

export const entryIsPutBack: PropertyDefinition = {
  id: 'I-PUT-BACK',
  statement:
    'the entry of a page that cannot be unmapped is put back with all the bits that it had',
};

export const ksmIsShared: PropertyDefinition = {
  id: 'I-KSM',
  statement: 'a KSM page is never marked PG_anon_exclusive',
};

export const swapoffEnds: PropertyDefinition = {
  id: 'I8-SWAPOFF',
  statement:
    'after a pass of swapoff beside which nobody swaps out, no slot is used: it need not begin again',
};
