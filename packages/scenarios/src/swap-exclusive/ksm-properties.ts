import type { PropertyDefinition } from '@pagerace/kernel';

export const mergedIsConfined: PropertyDefinition = {
  id: 'I-CONF',
  statement: 'a process reads nothing that was written to the page of another one',
};
