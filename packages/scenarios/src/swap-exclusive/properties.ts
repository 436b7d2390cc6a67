import type { PropertyDefinition } from '@pagerace/kernel';

export const readAcrossForkIsSeen: PropertyDefinition = {
  id: 'I-DIO-FORK',
  statement:
    'after a direct read has completed, a user load returns what the device has, although the process ' +
    'forked since its submission: a wish that no kernel promises of FOLL_GET, and no part of I-COH',
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
    'an anonymous page that is pinned stays mapped where it was pinned and, in a kernel with ' +
    'PG_anon_exclusive, marked so',
};

export const storesAreConfined: PropertyDefinition = {
  id: 'I-CONF',
  statement:
    'neither of two processes that came to share a page, by fork or by KSM, loads what the other has ' +
    'written since',
};
