import type { PropertyDefinition } from '@pagerace/kernel';

export const noStalePin: PropertyDefinition = {
  id: 'I1-NoStalePin',
  statement:
    'a page that GUP-fast has given out for an address is the one that the process has mapped there in ' +
    'the end, if nobody has unmapped or copied it',
};

export const noLostWrite: PropertyDefinition = {
  id: 'I2-NoLostWrite',
  statement:
    'what is written to a page that GUP-fast has given out for writing is read at its address',
};

export const noJunkRead: PropertyDefinition = {
  id: 'I4a-NoJunkRead',
  statement:
    'no walk reads an entry in a page table that was freed, reused, moved or overwritten since the walk ' +
    'has found it',
};

export const noJunkReturned: PropertyDefinition = {
  id: 'I4b-NoJunkReturned',
  statement: 'what a walk has found in such a page table is not given out',
};

export const bothMayBackOff: PropertyDefinition = {
  id: 'both-back-off',
  statement:
    'where GUP-fast gives up because of a collapse that gives up because of GUP-fast, the process has ' +
    'the page that it had',
};
