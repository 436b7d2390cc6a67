import type { PropertyDefinition } from '@pagerace/kernel';
import { UNSTABLE_WRITE } from '@pagerace/swap';

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
