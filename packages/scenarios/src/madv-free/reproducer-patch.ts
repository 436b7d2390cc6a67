import { DIRECT_IO_PROBE, type DirectIoProbe } from '@pagerace/block';
import { inject, injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { current } from '@pagerace/machine';
import { VMSCAN, type Vmscan } from '@pagerace/vmscan';

/**
 * Reclaims all memory in the middle of a direct read, before or after its pages were got, by the name
 * of the program: what the reproducer of the fix's commit message adds to __blkdev_direct_IO_simple().
 */
@injectable()
export class ShrinkAllMemory implements DirectIoProbe {
  constructor(@inject(VMSCAN) private readonly vmscan: Vmscan) {}

  beforeGetPages(): void {
    if (current().name === 'good') this.vmscan.shrinkAllMemory();
  }

  afterGetPages(): void {
    if (current().name === 'bad') this.vmscan.shrinkAllMemory();
  }
}

export const madvFreeReproducerPatch = definePatch({
  id: 'madv-free-reproducer',
  title: 'Reproducer of "mm: fix race between MADV_FREE reclaim and blkdev direct IO read"',
  url: 'https://lkml.kernel.org/r/20220131230255.789059-1-mfo@canonical.com',
  provides: [{ token: DIRECT_IO_PROBE, useClass: ShrinkAllMemory }],
});
