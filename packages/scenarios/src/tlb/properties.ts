import type { PropertyDefinition } from '@pagerace/kernel';
import { STALE_TRANSLATION } from '@pagerace/page-model';

export const unmappedIsUnreachable: PropertyDefinition = {
  id: STALE_TRANSLATION,
  statement:
    'after an unmap has returned, or its page has been freed, no CPU reaches the page by the old translation',
};

export const storeIsKept: PropertyDefinition = {
  id: 'I-STORE',
  statement: 'a load returns what the same thread has stored last, if nobody else has stored since',
};
