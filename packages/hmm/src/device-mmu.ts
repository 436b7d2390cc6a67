import { Order } from '@pagerace/explorer';
import { cell, type Cell, formatted, type Machine, waitEvent } from '@pagerace/machine';
import type { ByteString, Half, Memory, Page } from '@pagerace/page-model';

/** What has become of a request: the device is at it, has done it, or has nothing mapped there. */
export type Answer = 'pending' | 'done' | 'fault';

// An entry is 0, or the frame number plus one, shifted by one; bit 0 is set while the device goes by it.
const BUSY = 1;
const isMapped = (entry: number): boolean => entry > BUSY;
const isIdle = (entry: number): boolean => entry % 2 === 0;
const toEntry = ({ pfn }: Page): number => (pfn + 1) * 2;
const toPfn = (entry: number): number => Math.floor(entry / 2) - 1;

/**
 * A device with a page table of its own, of one page. It goes by the entry for as long as it writes, and by none that it has
 * found empty.
 *
 * The entry and the mark that it is in use are one word here. That stands for the order that hardware keeps between the removal
 * of a translation, the end of what goes by it, and the answer to the driver that waits for that.
 */
export class DeviceMmu {
  readonly #entry: Cell<number>;
  readonly #answer: Cell<Answer>;

  /** During set-up. @param sleeps whether a driver sleeps while it waits for the device; else it spins */
  constructor(
    private readonly machine: Machine,
    private readonly memory: Memory,
    readonly name: string,
    private readonly sleeps: boolean,
  ) {
    this.#entry = formatted(cell(0, `${name}.entry`), (entry) => {
      const page = isMapped(entry) ? `pfn ${String(toPfn(entry))}` : 'none';
      return isIdle(entry) ? page : `${page}, in use`;
    });
    this.#answer = cell<Answer>('done', `${name}.answer`);
  }

  /** The page that the device has, at the end of a program. */
  get page(): Page | undefined {
    const entry = this.#entry.read();
    return isMapped(entry) ? this.memory.pageAt(toPfn(entry)) : undefined;
  }

  /** Hold the driver's lock. */
  map(page: Page): void {
    this.#entry.write(toEntry(page), Order.release);
  }

  /** Hold the driver's lock. @param waits until the device does not go by the entry any more */
  unmap(waits: boolean): void {
    this.#entry.update((entry) => entry & BUSY, Order.full);
    if (!waits) return;
    if (this.sleeps) waitEvent(this.#entry, isIdle);
    else this.#entry.await(isIdle, Order.acquire);
  }

  /** Asks the device to write to half of the page, and waits for its answer. */
  write(half: Half, bytes: ByteString): Exclude<Answer, 'pending'> {
    this.#answer.write('pending');
    this.machine.agent(this.name).act(() => {
      this.#dma(half, bytes);
    });
    return waitEvent(this.#answer, (answer) => answer !== 'pending') as 'done' | 'fault';
  }

  #dma(half: Half, bytes: ByteString): void {
    const entry = this.#entry.update((old) => (isMapped(old) ? old | BUSY : undefined), Order.full);
    if (isMapped(entry)) {
      this.memory.pageAt(toPfn(entry)).contents.writeHalf(half, bytes);
      this.#entry.update((old) => old & ~BUSY, Order.release);
    }
    this.#answer.write(isMapped(entry) ? 'done' : 'fault', Order.release);
  }
}
