import { inject, injectable, token } from '@pagerace/di';
import { reach, whole } from '@pagerace/explorer';
import { MACHINE, type Machine } from '@pagerace/machine';
import type { Pfn } from './address.js';
import { ARCHITECTURE, type Architecture, type PageTableLevel } from './architecture.js';
import type { AddressSpace } from './mapping/address-space.js';
import { Lruvec } from './lru/lruvec.js';
import type { Mm } from './mm/mm-struct.js';
import { GUP_COUNTERS, type GupCounters } from './page/gup-counters.js';
import { PageAllocator } from './page/page-allocator.js';
import { ZEROS } from './page/page-contents.js';
import type { Pte } from './page-table/page-table-entry.js';
import { PageTable } from './page-table/page-table.js';
import { GUP_PIN_COUNTING_BIAS } from './page/page-references.js';
import { Page } from './page/page.js';
import { PIN_COUNTING, type PinCounting } from './page/pin-counting.js';
import { VmStat } from './page/vmstat.js';
import { keptByLocks, PTE_MAP_RULE, type PteMapRule } from './page-table/pte-map-rule.js';
import { LruBatches } from './lru/lru-batches.js';

export interface MemoryOptions {
  /** How many page frames can be allocated. */
  readonly pages: number;
  /**
   * How many levels a page table has. Where nothing changes above the last two, the levels above are
   * folded into the root, as asm-generic/pgtable-nop4d.h does it, and walks are shorter. Default 2.
   */
  readonly pageTableLevels?: number;
  /** How many pages of memory a device has, for file systems that have their blocks there. Default none. */
  readonly devicePages?: number;
  /** How many huge pages can be allocated. Default none. */
  readonly hugePages?: number;
  /**
   * HPAGE_PMD_NR: how many pages make a huge page. What a page-table entry that maps one covers behind
   * them is left out: the 512 of x86 are beyond exploring, and three show what there is to see. Default 1.
   */
  readonly hpagePmdNr?: number;
  /**
   * Whether CPUs keep translations, so that one may be used when its entry has changed. Otherwise they
   * walk the page table for each access, which costs fewer executions. Default false.
   */
  readonly tlb?: boolean;
  /** GUP_PIN_COUNTING_BIAS; less lets a few references be as many as a pin. Default 1024. */
  readonly pinBias?: number;
  /**
   * How many bits `_refcount` has, of which one is the sign: where a scenario is about counts that overflow. It
   * has 32, and a scenario without this one never gets near. Default: it never overflows.
   */
  readonly refcountBits?: number;
  /** CONFIG_DEBUG_VM, of what put_user_page() asserts; other VM_BUG_ON()s are always there. Default true. */
  readonly debugVm?: boolean;
  /**
   * The threshold of {@link VmStat}: keeps the counters of /proc/vmstat. Default: there are none, and nothing
   * accesses them.
   */
  readonly statThreshold?: number;
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
  /** Every small page that can be allocated, by frame number from 1. */
  readonly pages: readonly Page[];
  /** The pages of a device, each a block of a file system; their frame numbers follow those of {@link Memory.pages}. */
  readonly devicePages: readonly Page[];
  /** HPAGE_PMD_NR; see {@link MemoryOptions}. */
  readonly hpagePmdNr: number;
  /** HPAGE_PMD_SIZE, in addresses: what an entry above the last level covers. */
  readonly hpagePmdSize: number;
  /** The head of every huge page that can be allocated. */
  readonly hugePages: readonly Page[];
  /** How page tables are used; where no huge page can come into the place of one, its locks keep it. */
  readonly pteMapRule: PteMapRule;
  /** GUP_PIN_COUNTING_BIAS. */
  readonly pinBias: number;
  readonly refcountBits: number | undefined;
  readonly debugVm: boolean;
  /** The counters of /proc/vmstat, where a scenario looks at them. */
  readonly vmstat: VmStat | undefined;
  readonly lruvec = new Lruvec();
  readonly lruBatches: LruBatches;
  readonly allocator: PageAllocator;
  /** Every address space, in the order of their making. */
  readonly mms: Mm[] = [];
  /** Every file, in the order of their making. */
  readonly files: AddressSpace[] = [];
  readonly #hugeFrames = new Map<Pfn, Page>();
  readonly #pageTables = new Map<Pfn, PageTable>();
  #nextPageTable: Pfn;

  constructor(
    @inject(MACHINE) readonly machine: Machine,
    @inject(ARCHITECTURE) readonly arch: Architecture,
    @inject(MEMORY_OPTIONS) options: MemoryOptions,
    @inject(PTE_MAP_RULE) pteMapRule: PteMapRule,
    @inject(PIN_COUNTING) readonly pinCounting: PinCounting,
    @inject(GUP_COUNTERS) readonly gupCounters: GupCounters,
  ) {
    this.pageSize = 2 ** arch.pageShift;
    this.levels = arch.levels.slice(-(options.pageTableLevels ?? 2));
    this.zeroPage = whole(() => new Page(this, 0, { reserved: ZEROS }));
    this.pages = Array.from({ length: options.pages }, (_, nth) =>
      whole(() => new Page(this, nth + 1)),
    );
    const { devicePages = 0, hugePages = 0 } = options;
    this.devicePages = Array.from({ length: devicePages }, (_, nth) =>
      whole(() => new Page(this, options.pages + nth + 1, { reserved: ZEROS, isZoneDevice: true })),
    );
    const small = options.pages + devicePages;
    this.lruBatches = new LruBatches(machine);
    this.hpagePmdNr = options.hpagePmdNr ?? 1;
    this.hpagePmdSize = 2 ** (this.levels.at(-2)?.shift ?? arch.pageShift);
    this.pteMapRule = hugePages === 0 ? keptByLocks : pteMapRule;
    this.pinBias = options.pinBias ?? GUP_PIN_COUNTING_BIAS;
    this.refcountBits = options.refcountBits;
    this.debugVm = options.debugVm ?? true;
    const { statThreshold } = options;
    this.vmstat =
      statThreshold === undefined
        ? undefined
        : new VmStat(machine, gupCounters.items, statThreshold);
    const span = this.hpagePmdSize / this.pageSize;
    const firstHuge = Math.ceil((small + 1) / span) * span;
    this.hugePages = Array.from({ length: hugePages }, (_, nth) =>
      this.#addHugePage(firstHuge + nth * span),
    );
    this.allocator = new PageAllocator(machine, this.pages, this.hugePages);
    const frames = hugePages === 0 ? small + 1 : firstHuge + hugePages * span;
    this.#nextPageTable = 2 ** Math.ceil(Math.log2(frames + 1));
  }

  #addHugePage(pfn: Pfn): Page {
    const head = whole(() => new Page(this, pfn, { huge: {} }));
    this.#hugeFrames.set(pfn, head);
    for (let nth = 1; nth < this.hpagePmdNr; nth++) {
      const page = whole(() => new Page(this, pfn + nth, { huge: { head } }));
      this.#hugeFrames.set(pfn + nth, page);
    }
    return head;
  }

  /** Whether a count of references can overflow, so that those who look at it must. */
  get countsMayOverflow(): boolean {
    return this.refcountBits !== undefined;
  }

  /** Whether anything can be mapped by a huge page. */
  get hasHugePages(): boolean {
    return this.hugePages.length > 0;
  }

  /** The pages of a huge page, its head first; a small page alone. */
  subpages(head: Page): readonly Page[] {
    if (!head.isHuge) return [head];
    return Array.from({ length: this.hpagePmdNr }, (_, nth) => this.pageAt(head.pfn + nth));
  }

  /** pfn_to_page(): of a frame that a page-table entry names, which the page is then reached by. */
  pageAt(pfn: Pfn): Page {
    if (pfn === 0) return this.zeroPage;
    const page =
      this.pages[pfn - 1] ??
      this.devicePages[pfn - 1 - this.pages.length] ??
      this.#hugeFrames.get(pfn);
    if (page === undefined) throw new RangeError(`there is no page frame ${String(pfn)}`);
    return reach(page, (entry) => typeof entry === 'bigint' && this.#maps(entry, pfn));
  }

  #maps(entry: Pte, pfn: Pfn): boolean {
    const { arch } = this;
    if (!arch.pmdTransHuge(entry)) return arch.ptePresent(entry) && arch.ptePfn(entry) === pfn;
    const head = arch.ptePfn(arch.pmdPte(entry));
    return pfn >= head && pfn < head + this.hpagePmdNr;
  }

  /** The page table in that frame, which is reached by the entry above that names it. */
  pageTableAt(pfn: Pfn): PageTable {
    const table = this.#pageTables.get(pfn);
    if (table === undefined) throw new RangeError(`there is no page table in frame ${String(pfn)}`);
    const { arch } = this;
    return reach(
      table,
      (entry) => typeof entry === 'bigint' && !arch.pmdNone(entry) && arch.tablePfn(entry) === pfn,
    );
  }

  /** Every page table, linked in or not. */
  get pageTables(): Iterable<PageTable> {
    return this.#pageTables.values();
  }

  /** @internal page tables come with the mappings that need them; see {@link Mm.mmap} */
  addPageTable(level: PageTableLevel, name: string): PageTable {
    const table = whole(() => new PageTable(this, level, this.#nextPageTable++, name));
    this.#pageTables.set(table.pfn, table);
    return table;
  }
}
