import { allocate } from '@pagerace/explorer';
import { type Atomic, cell, type Cell, formatted } from '@pagerace/machine';
import type { Half, Page } from '@pagerace/page-model';
import type { BlockDevice } from './block-device.js';

/** struct bio_vec: a page that a request transfers. */
export interface BioVec {
  readonly page: Page;
  /** bv_offset and bv_len: what of the page is transferred. */
  readonly halves: readonly Half[];
  /** Of the allocation that the page was when it got here; lets the model notice DMA into another. */
  readonly generation: number;
}

/** struct bio: a request to a block device. */
export class Bio {
  /** bio->bi_io_vec. Nobody writes to it any more once the request is submitted. */
  readonly ioVec: Cell<readonly BioVec[]>;
  /** bio->bi_private of a request that somebody waits for: who waits, and 0 when he need not any more. */
  readonly private: Cell<number>;

  private constructor(
    readonly name: string,
    readonly device: BlockDevice,
    /** REQ_OP_READ or REQ_OP_WRITE. */
    readonly op: 'read' | 'write',
    /** BIO_PAGE_PINNED: the references are of FOLL_PIN (v6.5). */
    readonly pinned: boolean,
    /** Which page of the device the first one is. */
    readonly sector: number,
    /** bio->bi_end_io: runs in the device's interrupt. */
    readonly endIo: (bio: Bio) => void,
  ) {
    this.ioVec = formatted(cell<readonly BioVec[]>([], `${name}.bi_io_vec`), formatVecs);
    this.private = cell(1, `${name}.bi_private`);
  }

  /** bio_alloc(). What is given must not depend on what the thread has read. */
  static alloc(
    device: BlockDevice,
    op: 'read' | 'write',
    pinned: boolean,
    sector: number,
    endIo: (bio: Bio) => void,
  ): Bio {
    return allocate(() => new Bio(device.nextBioName(), device, op, pinned, sector, endIo));
  }

  toString(): string {
    return this.name;
  }
}

/** struct blkdev_dio: what the requests of one direct I/O share. */
export class Dio {
  /** dio->ref: requests that are under way. */
  readonly ref: Atomic;
  /** dio->waiter, or what ki_complete() tells: 1 until the last request has ended. */
  readonly pending: Cell<number>;

  private constructor(name: string) {
    this.ref = cell(1, `${name}.ref`);
    this.pending = cell(1, `${name}.pending`);
  }

  static alloc(device: BlockDevice): Dio {
    return allocate(() => new Dio(device.nextDioName()));
  }
}

function formatVecs(vecs: readonly BioVec[]): string {
  return vecs.map(({ page }) => page.name).join(' ') || 'none';
}
