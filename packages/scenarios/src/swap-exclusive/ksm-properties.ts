import type { PropertyDefinition } from '@pagerace/kernel';

export const mergedIsConfined: PropertyDefinition = {
  id: 'I-CONF',
  statement: 'a process reads nothing that was written to the page of another one',
};

export const storeIsSeen: PropertyDefinition = {
  id: 'I-OWN',
  statement: 'a process loads what it has stored last',
};

export const ksmIsShared: PropertyDefinition = {
  id: 'I-KSM',
  statement: 'a KSM page is never marked PG_anon_exclusive',
};
