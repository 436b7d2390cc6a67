import { definePatch } from '@pagerace/kernel';
import { COLLAPSE_REFERENCE_CHECK, FreezeReferences } from '@pagerace/khugepaged';

/** Of no kernel for anonymous pages; collapse_file() freezes. */
export const collapseFreezeReferences = definePatch({
  id: 'collapse-freeze-references',
  title: 'What if khugepaged froze the references instead of reading them',
  provides: [{ token: COLLAPSE_REFERENCE_CHECK, useClass: FreezeReferences }],
});
