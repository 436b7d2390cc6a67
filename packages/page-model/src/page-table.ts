import { cell, formatted, Spinlock } from '@pagerace/machine';
import type { Pfn, VirtualAddress } from './address.js';
import type { PageTableLevel } from './architecture.js';
import type { Memory } from './memory.js';
import type { Ptep } from './page-table-entry.js';

/** A page of a page table, as far as the mappings that exist can reach into it. */
export class PageTable {
  /** page_ptlock_ptr(): the split page-table lock, which lives in the table's struct page. */
  readonly ptl: Spinlock;
  readonly #entries = new Map<number, Ptep>();

  constructor(
    readonly memory: Memory,
    readonly level: PageTableLevel,
    readonly pfn: Pfn,
    readonly name: string,
  ) {
    this.ptl = new Spinlock(`${name}.ptl`, level.name === 'pte' ? 'ptl' : `${level.name} lock`);
  }

  /** Makes the entries for the addresses `start` to `end`. */
  cover(start: VirtualAddress, end: VirtualAddress): void {
    const { arch } = this.memory;
    const none = this.level.none ?? arch.none;
    const step = 2 ** this.level.shift;
    for (let address = start - (start % step); address < end; address += step) {
      const number = this.#numberOf(address);
      if (this.#entries.has(number)) continue;
      const name = `${this.name}[${String(number)}]`;
      this.#entries.set(
        number,
        formatted(cell(none, name), (entry) => arch.describe(entry, this.level)),
      );
    }
  }

  /** The entry for an address; undefined if no mapping has ever covered it. */
  entry(address: VirtualAddress): Ptep | undefined {
    return this.#entries.get(this.#numberOf(address));
  }

  /** Every entry that there is. */
  get entries(): Iterable<Ptep> {
    return this.#entries.values();
  }

  #numberOf(address: VirtualAddress): number {
    return Math.floor(address / 2 ** this.level.shift) % this.level.entries;
  }
}
