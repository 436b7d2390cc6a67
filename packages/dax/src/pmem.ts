import {
  cell,
  type Cell,
  formatted,
  read,
  Spinlock,
  spinLock,
  spinUnlock,
  write,
} from '@pagerace/machine';
import type { Memory, Page } from '@pagerace/page-model';

/** Memory of a device, whose pages are the blocks of one file system. Made during set-up. */
export class Pmem {
  readonly #lock = new Spinlock('pmem.free_blocks', 'pmem.free_blocks');
  readonly #free: Cell<readonly Page[]>;

  /** All blocks are free at first. */
  constructor({ devicePages }: Memory) {
    this.#free = formatted(
      cell(devicePages, 'pmem.free_blocks'),
      (pages) => pages.map(({ name }) => name).join(' ') || 'none',
    );
  }

  /** A block for a file, with zeros in it. @returns undefined if there is none */
  allocBlock(): Page | undefined {
    spinLock(this.#lock);
    const [block, ...rest] = read(this.#free);
    if (block !== undefined) write(this.#free, rest);
    spinUnlock(this.#lock);
    block?.contents.clear();
    return block;
  }

  /** A block that its file has given up. */
  freeBlock(block: Page): void {
    spinLock(this.#lock);
    write(this.#free, [block, ...read(this.#free)]);
    spinUnlock(this.#lock);
  }
}
