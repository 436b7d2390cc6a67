import type { PropertyDefinition } from '@pagerace/kernel';

export const directReadIsSeen: PropertyDefinition = {
  id: 'I-DIO',
  statement:
    'after a direct read has completed, a user load of its buffer returns what the device has, ' +
    'if since its submission nobody stored to the buffer, advised, unmapped or forked',
};

export const mappingIsCoherent: PropertyDefinition = {
  id: 'I-COH',
  statement:
    'while a reference for writing that was taken through an address is held, the entry for that ' +
    'address maps that page, or refers to it in swap',
};

export const discardedIsUnused: PropertyDefinition = {
  id: 'I-DISC',
  statement: 'when reclaim discards a mapping of a lazyfree page, nobody else holds the page',
};

export const dirtyBeforeRelease: PropertyDefinition = {
  id: 'I-DIRTY',
  statement:
    'a page that a device has written to is dirty before the reference for it is given back',
};

export const referencesAreCounted: PropertyDefinition = {
  id: 'I-REF',
  statement:
    'in the end every reference and every mapping of a page is counted, and a page is free if there ' +
    'is none',
};

export const freeIsUntouched: PropertyDefinition = {
  id: 'I-FREE',
  statement: 'nobody reads or writes a page that is free, or was given out again',
};

export const guestWriteIsSeen: PropertyDefinition = {
  id: 'I-WRITE',
  statement:
    'what the kernel writes to a page through a reference for writing is seen by a user load that ' +
    'follows, once the page is dirty and the reference given back',
};

export const oldOrNothing: PropertyDefinition = {
  id: 'I-LAZY',
  statement:
    'what was stored to a page before it became lazyfree is read later as it was, or as zero',
};
