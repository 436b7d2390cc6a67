import { token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';

export const DIRECT_IO_DIRTYING = token<DirectIoDirtying>('block.DirectIoDirtying', {
  providedBy: ['@pagerace/block'],
});

/** The seam of when a synchronous direct read of a block device makes its pages dirty. */
export interface DirectIoDirtying {
  /**
   * Also before the request is submitted, as asynchronous reads and iomap do. Without it only at the
   * completion: block/fops.c:__blkdev_direct_IO_simple() in all releases, and fs/direct-io.c.
   */
  readonly beforeSubmit: boolean;
}

/** Proposed when the fix was reviewed: as asynchronous reads do. Not merged. */
export const dirtyBeforeSubmit = unmerged({
  id: 'dirty-before-submit',
  title: 'block: set the pages of a synchronous direct read dirty before it is submitted',
});

export const directIoDirtying = history(
  DIRECT_IO_DIRTYING,
  'block/fops.c:__blkdev_direct_IO_simple()',
  [asOf('v4.12', { beforeSubmit: false }), asked(dirtyBeforeSubmit, { beforeSubmit: true })],
);
