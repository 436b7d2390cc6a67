import { inject, injectable, token } from '@pagerace/di';
import { MACHINE, type Machine } from '@pagerace/machine';
import type { Pfn } from './address.js';
import { ARCHITECTURE, type Architecture, type PageTableLevel } from './architecture.js';
import { Lruvec } from './lruvec.js';
import type { Mm } from './mm-struct.js';
import { PageAllocator } from './page-allocator.js';
import { ZEROS } from './page-contents.js';
import { PageTable } from './page-table.js';
import { Page } from './page.js';
import { LruBatches } from './lru-batches.js';

export interface MemoryOptions {
  /** How many page frames can be allocated. */
  readonly pages: number;
  /**
   * How many levels a page table has. Where nothing changes above the last two, the levels above are
   * folded into the root, as asm-generic/pgtable-nop4d.h does it, and walks are shorter. Default 2.
   */
  readonly pageTableLevels?: number;
  /**
   * Whether CPUs keep translations, so that one may be used when its entry has changed. Otherwise they
   * walk the page table for each access, which costs fewer executions. Default false.
   */
  readonly tlb?: boolean;
}

export const MEMORY_OPTIONS = token<MemoryOptions>('page-model.MemoryOptions');
export const MEMORY = token<Memory>('page-model.Memory');

/** pg_data_t: the page frames, and who has them. One node, with one zone. */
@injectable()
export class Memory {
  readonly pageSize: number;
  /** The levels that page tables have, from the root down. */
  readonly levels: readonly PageTableLevel[];
  /** The frame that reads of memory never written see; never freed, and its references not counted. */
  readonly zeroPage: Page;
  /** Every frame that can be allocated, by frame number from 1. */
  readonly pages: readonly Page[];
  readonly lruvec = new Lruvec();
  readonly lruBatches: LruBatches;
  readonly allocator: PageAllocator;
  /** Every address space, in the order of their making. */
  readonly mms: Mm[] = [];
  readonly #pageTables = new Map<Pfn, PageTable>();
  #nextPageTable: Pfn;

  constructor(
    @inject(MACHINE) readonly machine: Machine,
    @inject(ARCHITECTURE) readonly arch: Architecture,
    @inject(MEMORY_OPTIONS) options: MemoryOptions,
  ) {
    this.pageSize = 2 ** arch.pageShift;
    this.levels = arch.levels.slice(-(options.pageTableLevels ?? 2));
    this.zeroPage = new Page(this, 0, { reserved: ZEROS });
    this.pages = Array.from({ length: options.pages }, (_, nth) => new Page(this, nth + 1));
    this.lruBatches = new LruBatches(machine);
    this.allocator = new PageAllocator(machine, this.pages);
    this.#nextPageTable = 2 ** Math.ceil(Math.log2(options.pages + 2));
  }

  /** pfn_to_page(). */
  pageAt(pfn: Pfn): Page {
    if (pfn === 0) return this.zeroPage;
    const page = this.pages[pfn - 1];
    if (page === undefined) throw new RangeError(`there is no page frame ${String(pfn)}`);
    return page;
  }

  /** The page table in that frame. */
  pageTableAt(pfn: Pfn): PageTable {
    const table = this.#pageTables.get(pfn);
    if (table === undefined) throw new RangeError(`there is no page table in frame ${String(pfn)}`);
    return table;
  }

  /** Every page table, linked in or not. */
  get pageTables(): Iterable<PageTable> {
    return this.#pageTables.values();
  }

  /** @internal page tables come with the mappings that need them; see {@link Mm.mmap} */
  addPageTable(level: PageTableLevel, name: string): PageTable {
    const table = new PageTable(this, level, this.#nextPageTable++, name);
    this.#pageTables.set(table.pfn, table);
    return table;
  }
}
