import { DIRECT_IO_DIRTYING } from '@pagerace/block';
import { definePatch } from '@pagerace/kernel';

/** Proposed when the fix was reviewed: as asynchronous reads do. Not merged. */
export const dirtyBeforeSubmit = definePatch({
  id: 'dirty-before-submit',
  title: 'block: set the pages of a synchronous direct read dirty before it is submitted',
  provides: [{ token: DIRECT_IO_DIRTYING, useValue: { beforeSubmit: true } }],
});
