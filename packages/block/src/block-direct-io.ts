import { inject, injectable } from '@pagerace/di';
import {
  atomicDecAndTest,
  atomicInc,
  type Cell,
  kernelFunction,
  MACHINE,
  type Machine,
  standInRelease,
  waitEvent,
} from '@pagerace/machine';
import { Bio, Dio } from './bio.js';
import { BIO_PAGE_REFERENCES, type BioPageReferences } from './bio-page-references.js';
import { BIO_PAGES, type BioPages } from './bio-pages.js';
import { DIRECT_IO_DIRTYING, type DirectIoDirtying } from './direct-io-dirtying.js';
import { DIRECT_IO_PROBE, type DirectIoProbe } from './direct-io-probe.js';
import type { DirectIo, Transfer } from './direct-io.js';

const isDone = (pending: number): boolean => pending === 0;

/** WRITE_ONCE() and blk_wake_io_task(), or ki_complete(). */
function wakeUp(pending: Cell<number>): void {
  const standsFor =
    'the DMA, which the interrupt comes after, and the wake-up of the task that waits';
  standInRelease(pending, 0, 'wake_up', standsFor);
}

/** block/fops.c and fs/iomap/direct-io.c of v5.17, but for the seams. */
@injectable()
export class BlockDirectIo implements DirectIo {
  constructor(
    @inject(MACHINE) private readonly machine: Machine,
    @inject(BIO_PAGES) private readonly pages: BioPages,
    @inject(BIO_PAGE_REFERENCES) private readonly references: BioPageReferences,
    @inject(DIRECT_IO_DIRTYING) private readonly dirtying: DirectIoDirtying,
    @inject(DIRECT_IO_PROBE) private readonly probe: DirectIoProbe,
  ) {}

  @kernelFunction('block/fops.c', 'blkdev_direct_IO')
  read(transfer: Transfer): void {
    if (transfer.pages <= transfer.device.maxVecs) this.blkdevDirectIoSimple(transfer, 'read');
    else this.#waitFor(this.blkdevDirectIo(transfer, 'read'));
  }

  @kernelFunction('block/fops.c', 'blkdev_direct_IO')
  write(transfer: Transfer): void {
    if (transfer.pages <= transfer.device.maxVecs) this.blkdevDirectIoSimple(transfer, 'write');
    else this.#waitFor(this.blkdevDirectIo(transfer, 'write'));
  }

  @kernelFunction('block/fops.c', 'blkdev_direct_IO')
  submitRead(transfer: Transfer): Dio {
    return transfer.pages <= transfer.device.maxVecs
      ? this.blkdevDirectIoAsync(transfer, 'read')
      : this.blkdevDirectIo(transfer, 'read');
  }

  @kernelFunction('block/fops.c', 'blkdev_direct_IO')
  submitWrite(transfer: Transfer): Dio {
    return transfer.pages <= transfer.device.maxVecs
      ? this.blkdevDirectIoAsync(transfer, 'write')
      : this.blkdevDirectIo(transfer, 'write');
  }

  awaitEnd(dio: Dio): void {
    this.#waitFor(dio);
  }

  /** One request, and somebody who waits for it. */
  @kernelFunction('block/fops.c', '__blkdev_direct_IO_simple')
  blkdevDirectIoSimple(transfer: Transfer, op: 'read' | 'write'): void {
    const bio = this.#bio(transfer, op, 0, (done) => this.blkdevBioEndIoSimple(done));
    this.probe.beforeGetPages();
    this.pages.bioIovIterGetPages(bio, transfer);
    this.probe.afterGetPages();
    const shouldDirty = op === 'read';
    if (shouldDirty && this.dirtying.beforeSubmit) this.pages.bioSetPagesDirty(bio);
    transfer.device.submitBio(bio);
    waitEvent(bio.private, isDone);
    this.pages.bioReleasePages(bio, shouldDirty);
  }

  @kernelFunction('block/fops.c')
  blkdevBioEndIoSimple(bio: Bio): void {
    wakeUp(bio.private);
  }

  /** One request, and nobody who waits. */
  @kernelFunction('block/fops.c', '__blkdev_direct_IO_async')
  blkdevDirectIoAsync(transfer: Transfer, op: 'read' | 'write'): Dio {
    const dio = Dio.alloc(transfer.device);
    const bio = this.#bio(transfer, op, 0, (done) => this.blkdevBioEndIoAsync(done, dio));
    this.pages.bioIovIterGetPages(bio, transfer);
    if (op === 'read') this.pages.bioSetPagesDirty(bio);
    transfer.device.submitBio(bio);
    return dio;
  }

  @kernelFunction('block/fops.c')
  blkdevBioEndIoAsync(bio: Bio, dio: Dio): void {
    // ki_complete() comes first: user space may know of the completion before the pages are seen to.
    wakeUp(dio.pending);
    if (bio.op === 'read') this.#checkPagesDirty(bio);
    else this.pages.bioReleasePages(bio, false);
  }

  /** More pages than fit into one request. */
  @kernelFunction('block/fops.c', '__blkdev_direct_IO')
  blkdevDirectIo(transfer: Transfer, op: 'read' | 'write'): Dio {
    const { device, pages } = transfer;
    const dio = Dio.alloc(device);
    for (let nth = 0; nth < pages; nth += device.maxVecs) {
      const bio = this.#bio(transfer, op, nth, (done) => this.blkdevBioEndIo(done, dio));
      this.pages.bioIovIterGetPages(bio, transfer, nth);
      if (op === 'read') this.pages.bioSetPagesDirty(bio);
      // Each request but the last makes room for one more, before it can end.
      if (nth + device.maxVecs < pages) atomicInc(dio.ref);
      device.submitBio(bio);
    }
    return dio;
  }

  @kernelFunction('block/fops.c')
  blkdevBioEndIo(bio: Bio, dio: Dio): void {
    if (atomicDecAndTest(dio.ref)) wakeUp(dio.pending);
    if (bio.op === 'read') this.#checkPagesDirty(bio);
    else this.pages.bioReleasePages(bio, false);
  }

  /** iomap_dio_rw(): dirty before the request is submitted, also where somebody waits. */
  @kernelFunction('fs/iomap/direct-io.c', 'iomap_dio_rw')
  iomapRead(transfer: Transfer): void {
    const dio = Dio.alloc(transfer.device);
    const bio = this.#bio(transfer, 'read', 0, (done) => this.iomapDioBioEndIo(done, dio));
    this.pages.bioIovIterGetPages(bio, transfer);
    this.pages.bioSetPagesDirty(bio);
    transfer.device.submitBio(bio);
    this.#waitFor(dio);
  }

  @kernelFunction('fs/iomap/direct-io.c')
  iomapDioBioEndIo(bio: Bio, dio: Dio): void {
    if (atomicDecAndTest(dio.ref)) wakeUp(dio.pending);
    this.#checkPagesDirty(bio);
  }

  #bio(
    { device, sector = 0 }: Transfer,
    op: 'read' | 'write',
    nth: number,
    endIo: (bio: Bio) => void,
  ): Bio {
    return Bio.alloc(device, op, this.references.pin, sector + nth, endIo);
  }

  #checkPagesDirty(bio: Bio): void {
    if (this.pages.bioCheckPagesDirty(bio)) return;
    // schedule_work(&bio_dirty_work).
    this.machine.spawn(`kworker ${bio.name}`, () => this.pages.bioDirtyFn(bio));
  }

  #waitFor(dio: Dio): void {
    waitEvent(dio.pending, isDone);
  }
}
