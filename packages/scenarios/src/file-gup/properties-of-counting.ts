import type { PropertyDefinition } from '@pagerace/kernel';

export const requestsAreReturned: PropertyDefinition = {
  id: 'I-COUNT',
  statement:
    'when nobody is in get_user_pages(), what /proc/vmstat has as requested, less what it has as returned, is ' +
    'the references that are held',
};

export const differenceIsBounded: PropertyDefinition = {
  id: 'I-READ',
  statement:
    'what a reader of /proc/vmstat finds requested, less what it finds returned, differs from 0 by no more than the ' +
    'references that come and go meanwhile',
};

export const differenceHasSign: PropertyDefinition = {
  id: 'I-SIGN',
  statement: 'what the scenario’s parameter “claim” says of the difference that a reader finds',
};

export const pinIsSeen: PropertyDefinition = {
  id: 'I-PINNED',
  statement: 'of a page with a pin nobody is told that it has none',
};

export const onlyCaution: PropertyDefinition = {
  id: 'I-CAUTION',
  statement:
    'a page that only looks pinned is treated with more caution, and no store to it is lost',
};

export const overflowIsSeen: PropertyDefinition = {
  id: 'I-OVERFLOW',
  statement:
    'get_user_pages() fails for want of room in the count of a page if, and only if, there is none: the count never ' +
    'comes round to what fewer references are',
};
