import type { PropertyDefinition } from '@pagerace/kernel';

export const ksmIsShared: PropertyDefinition = {
  id: 'I-KSM',
  statement: 'a KSM page is never marked PG_anon_exclusive',
};
