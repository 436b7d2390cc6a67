import { token } from '@pagerace/di';

export const DIRECT_IO_DIRTYING = token<DirectIoDirtying>('block.DirectIoDirtying', {
  providedBy: ['@pagerace/block', '@pagerace/patches'],
});

/** The seam of when a synchronous direct read of a block device makes its pages dirty. */
export interface DirectIoDirtying {
  /**
   * Also before the request is submitted, as asynchronous reads and iomap do. Without it only at the
   * completion: block/fops.c:__blkdev_direct_IO_simple() in all releases, and fs/direct-io.c.
   */
  readonly beforeSubmit: boolean;
}
