import { injectable, token } from '@pagerace/di';

export const DIRECT_IO_PROBE = token<DirectIoProbe>('block.DirectIoProbe', {
  providedBy: ['@pagerace/block'],
});

/** Two places in __blkdev_direct_IO_simple() where a debugging patch may do something. */
export interface DirectIoProbe {
  beforeGetPages(): void;
  afterGetPages(): void;
}

/** Does nothing, as every release. */
@injectable()
export class NoProbe implements DirectIoProbe {
  beforeGetPages(): void {
    // See DirectIoProbe.
  }

  afterGetPages(): void {
    // See DirectIoProbe.
  }
}
