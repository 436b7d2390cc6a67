import { cover } from '@pagerace/explorer';
import { cell, type Cell, type Machine, Violation } from '@pagerace/machine';
import { type ByteString, type Half, type Page, ZEROS } from '@pagerace/page-model';

/** The property that a device demands which needs pages unchanged while it writes them. */
export const UNSTABLE_WRITE = 'I-STABLE';

/** The disk behind a file: a block per page. A write takes two halves, one after the other. Made during set-up. */
export class FileDisk {
  readonly #blocks: readonly Readonly<Record<Half, Cell<ByteString>>>[];

  /**
   * @param blocks how many it has, and so how many pages a file on it can have
   * @param needsStablePages whether a checksum of each page goes to the disk with it, as with T10 PI
   * @param isSynchronous whether the CPU that submits a write does it, as with brd, a disk in memory
   */
  constructor(
    readonly machine: Machine,
    readonly name: string,
    blocks: number,
    readonly needsStablePages = false,
    readonly isSynchronous = false,
  ) {
    this.#blocks = Array.from({ length: blocks }, (_, nth) => ({
      lo: cell(ZEROS, `${name}.block${String(nth)}.lo`),
      hi: cell(ZEROS, `${name}.block${String(nth)}.hi`),
    }));
  }

  /** What half a block holds, in the course of a read or at the end of a program. */
  contents(block: number, half: Half): ByteString {
    return this.#blocks[block]![half].read();
  }

  /** Fills a page from a block; the device has answered when this returns. */
  read(block: number, { contents }: Page): void {
    for (const half of ['lo', 'hi'] as const) contents.writeHalf(half, this.contents(block, half));
  }

  /** A block that its file gives up, and that reads as zeros from now on. */
  discard(block: number): void {
    this.#blocks[block]!.lo.write(ZEROS);
    this.#blocks[block]!.hi.write(ZEROS);
  }

  /**
   * submit_bio() of a write. The checksum, if there is one, is made at once, and the device reads the page later.
   *
   * @param endIo what the device's interrupt does
   * @throws {Violation} of I-STABLE, in the device's thread, when what it reads does not match the checksum
   */
  submitWrite(block: number, page: Page, endIo: () => void): void {
    const { contents } = page;
    const checksum = this.needsStablePages
      ? [contents.readHalf('lo'), contents.readHalf('hi')]
      : undefined;
    const write = (): void => {
      const [lo, hi] = [contents.readHalf('lo'), contents.readHalf('hi')];
      this.#blocks[block]!.lo.write(lo);
      this.#blocks[block]!.hi.write(hi);
      if (checksum !== undefined) {
        cover(UNSTABLE_WRITE);
        if (checksum[0] !== lo || checksum[1] !== hi) {
          throw new Violation(
            UNSTABLE_WRITE,
            `${page.name} changed after ${this.name} was given a checksum of it`,
          );
        }
      }
      endIo();
    };
    if (this.isSynchronous) write();
    else this.machine.agent(this.name).act(write);
  }
}
