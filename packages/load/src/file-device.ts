import { type Bio, BlockDevice } from '@pagerace/block';
import { defineKernelFunction, type Machine } from '@pagerace/machine';
import type { ByteString, Half } from '@pagerace/page-model';
import type { DiskFile } from './disk-file.js';
import type { Faults, InjectedFaults } from './injected-faults.js';

/** A request that the device has, and what is to go wrong with it. */
export interface Queued {
  readonly bio: Bio;
  readonly faults: Faults;
}

/** A device that has a file's bytes, and carries its requests out in any order. */
export class FileDevice extends BlockDevice {
  /** Requests that it has and has not begun. */
  readonly queue: Queued[] = [];
  readonly #machine: Machine;
  readonly #disk: DiskFile;
  readonly #pageSize: number;
  /** The page that was read last, as its halves are asked for one after the other. */
  #sector = -1;
  #bytes: ByteString = '';

  readonly #faults: InjectedFaults;

  constructor(machine: Machine, disk: DiskFile, pageSize: number, faults: InjectedFaults) {
    super('nvme0', { bytes: '\0', pageSize, requests: 0 });
    this.#machine = machine;
    this.#disk = disk;
    this.#pageSize = pageSize;
    this.#faults = faults;
  }

  /** From now on the device has the request: {@link FileDevice.queue}. */
  override readonly submitBio = defineKernelFunction(
    'block/blk-core.c',
    'submit_bio',
    (bio: Bio): void => {
      // A thread that is run again comes here again.
      if (!this.queue.some((one) => one.bio === bio))
        this.queue.push({ bio, faults: this.#faults.armed });
    },
  );

  /** The device's own doing, for one request: DMA, and the interrupt after it. */
  serveOne({ bio, faults }: Queued): void {
    this.#machine.boot(
      () => {
        this.#faults.arm(faults);
        this.#carryOut(bio);
        bio.endIo(bio);
      },
      this.#machine.elsewhere,
      this.name,
      'interrupt',
    );
  }

  #carryOut({ ioVec, op, sector }: Bio): void {
    ioVec.read().forEach(({ page, halves, generation }, nth) => {
      if (op === 'read') {
        for (const half of halves)
          page.contents.writeHalf(half, this.#half(sector + nth, half), generation);
      } else {
        const bytes = halves.map((half) =>
          repeated(page.contents.readHalf(half), this.#pageSize / 2),
        );
        this.#disk.write((sector + nth) * this.#pageSize, bytes.join(''));
        this.#sector = -1;
      }
    });
  }

  #half(sector: number, half: Half): ByteString {
    if (sector !== this.#sector) {
      this.#bytes = this.#disk.read(sector * this.#pageSize, this.#pageSize);
      this.#sector = sector;
    }
    const middle = this.#pageSize / 2;
    return half === 'lo' ? this.#bytes.slice(0, middle) : this.#bytes.slice(middle);
  }
}

/** Bytes that fill a half page by being repeated, in full. */
function repeated(bytes: ByteString, length: number): ByteString {
  return bytes.length === length
    ? bytes
    : bytes.repeat(Math.ceil(length / bytes.length)).slice(0, length);
}
