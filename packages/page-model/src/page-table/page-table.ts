import { partsOf } from '@pagerace/explorer';
import {
  Allocation,
  cell,
  type Cell,
  formatted,
  Order,
  ptlockFree,
  Spinlock,
  spinLockInit,
} from '@pagerace/machine';
import type { Pfn, VirtualAddress } from '../address.js';
import type { PageTableLevel } from '../architecture.js';
import type { Memory } from '../memory.js';
import type { Pte, Ptep } from './page-table-entry.js';

/** A page of a page table, as far as the mappings that exist can reach into it. */
export class PageTable {
  /** page_ptlock_ptr(): the split page-table lock, which lives in the table's struct page. */
  readonly ptl: Spinlock;
  /** Given out while it is linked in, deposited or in somebody's hands. @internal */
  readonly allocation: Allocation;
  /** The entry that it hangs on, or waits to hang on again, as long as its contents are those of a table. */
  readonly #contentsOf: Cell<Ptep | null>;
  readonly #entries = new Map<number, Ptep>();

  constructor(
    readonly memory: Memory,
    readonly level: PageTableLevel,
    readonly pfn: Pfn,
    readonly name: string,
  ) {
    this.ptl = new Spinlock(`${name}.ptl`, level.name === 'pte' ? 'ptl' : `${level.name} lock`);
    this.allocation = new Allocation(name, false);
    this.#contentsOf = formatted(
      cell<Ptep | null>(null, `${name}.contents_of`),
      (pmdp) => pmdp?.name ?? 'nothing',
    );
  }

  /** From now on the entries are those of the range that `pmdp` stands for; `null`: they are no entries. */
  belongTo(pmdp: Ptep | null): void {
    this.#contentsOf.write(pmdp);
  }

  /**
   * Whether who has read a pointer to the table from `pmdp` will find entries of that range in it. The
   * sanitizer's own question: it is asked before the entry is read, which the address that was read
   * orders after it anyway.
   */
  isStillOf(pmdp: Ptep): boolean {
    return this.#contentsOf.read(Order.acquire) === pmdp;
  }

  /** pte_alloc_one(): is given out, empty, to be linked in at `pmdp`. */
  allocate(pmdp: Ptep): void {
    if (this.allocation.allocate()) spinLockInit(this.ptl);
    this.fill(this.level.none ?? this.memory.arch.none);
    this.belongTo(pmdp);
  }

  /** Is a table no more; whoever walks through it still makes a mistake. */
  free(): void {
    this.belongTo(null);
    // pgtable_pte_page_dtor(), and only then __free_page().
    ptlockFree(this.ptl);
    this.allocation.free();
  }

  /** Somebody writes a word over all entries, or over the first ones; those that have it stay alone. */
  fill(word: Pte, entries = this.#entries.size): void {
    for (const ptep of [...this.#entries.values()].slice(0, entries)) {
      if (ptep.read() !== word) ptep.write(word);
    }
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
        formatted(
          partsOf(this, () => cell(none, name)),
          (entry) => arch.describe(entry, this.level),
        ),
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
