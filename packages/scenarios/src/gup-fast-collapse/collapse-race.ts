import {
  GET_USER_PAGES,
  type GetUserPages,
  GUP_FAST_LOG,
  type GupFastLog,
  type GupFastWalk,
  type GupFlags,
} from '@pagerace/gup';
import type { ScenarioContext } from '@pagerace/kernel';
import { HUGE_MEMORY, type HugeMemory } from '@pagerace/huge-memory';
import { KHUGEPAGED, type Khugepaged, type ScanResult } from '@pagerace/khugepaged';
import {
  lruAddDrain,
  mappedPage,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  type PageTable,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { judgeGivenOut, writeAsDevice } from './judge-page.js';
import { judgeTables } from './judge-tables.js';
import { noLostWrite, noStalePin } from './properties.js';

/** Aligned to what an entry above the last level covers, on every architecture. */
export const RANGE = 0x7f0000000000;

/** What GUP-fast reports to those who judge the run. */
export interface Got {
  readonly page: Page | undefined;
  readonly walks: readonly GupFastWalk[];
}

export interface RaceOptions {
  /** The CPUs that run the process. Default: CPU 0 alone. */
  readonly cpus?: readonly number[];
  /** How many ranges, each of as many pages as a huge page has. Default 1. */
  readonly ranges?: number;
}

/** What must hold where GUP-fast meets a collapse. */
export const collapseProperties = [noStalePin, noLostWrite, referencesAreCounted];

/** A process with small anonymous pages that may be mapped as a huge one. */
export class CollapseRace {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly #context: ScenarioContext<unknown>;
  readonly #user: UserAccess;
  readonly #gup: GetUserPages;
  readonly #log: GupFastLog;
  readonly #khugepaged: Khugepaged;
  readonly #huge: HugeMemory;

  constructor(context: ScenarioContext<unknown>, { cpus = [0], ranges = 1 }: RaceOptions = {}) {
    this.#context = context;
    const { machine, memory } = context;
    this.#user = context.get(USER_ACCESS);
    this.#gup = context.get(GET_USER_PAGES);
    this.#log = context.get(GUP_FAST_LOG);
    this.#khugepaged = context.get(KHUGEPAGED);
    this.#huge = context.get(HUGE_MEMORY);
    this.mm = context.process('app', ...cpus);
    const span = memory.hpagePmdSize / memory.pageSize;
    const pages = (ranges - 1) * span + memory.hpagePmdNr;
    this.vma = this.mm.mmap({ start: RANGE, pages, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => {
      for (let range = 0; range < ranges; range++) {
        for (let nth = 0; nth < memory.hpagePmdNr; nth++) {
          this.#user.userWrite(this.mm, this.address(nth, range), 1);
        }
      }
      lruAddDrain(memory);
    });
  }

  /** The address of the nth page of a range. */
  address(nth = 0, range = 0): VirtualAddress {
    const { hpagePmdSize, pageSize } = this.#context.memory;
    return RANGE + range * hpagePmdSize + nth * pageSize;
  }

  /** The page table of the first range, at the start. */
  table(): PageTable {
    return walkToPte(this.mm, this.address())!.table;
  }

  /** The page that is mapped at an address: as it is during set-up, or in the end. */
  mapped(nth = 0, range = 0, mm: Mm = this.mm): Page | undefined {
    return mappedPage(mm, this.address(nth, range));
  }

  /** Asks GUP-fast, and it alone, for a page to write to; and writes to it as a device would. */
  getAndWrite(nth = 0, flags: GupFlags = {}, mm: Mm = this.mm): Got {
    const wanted = { write: true, fastOnly: true, ...flags };
    const [page] = this.#gup.getUserPagesFast(mm, this.address(nth), 1, wanted);
    if (page !== undefined && wanted.write) writeAsDevice(page);
    return { page, walks: this.#log.ofCurrentTask() };
  }

  /** khugepaged comes to a range that its scan found worth it. */
  collapse(range = 0): ScanResult {
    return this.#khugepaged.collapseHugePage(this.mm, this.address(0, range));
  }

  /** The huge page of a range is mapped by small entries again. */
  split(range = 0): void {
    this.#withMmapRead((vma) => {
      this.#huge.splitHugePmd(vma, this.address(0, range));
    });
  }

  /** madvise(MADV_DONTNEED) on a range that a huge page is mapped in. */
  zap(range = 0): void {
    this.#withMmapRead((vma) => {
      this.#huge.zapHugePmd(vma, this.address(0, range));
    });
  }

  #withMmapRead(body: (vma: Vma) => void): void {
    mmapReadLock(this.mm);
    body(this.mm.findVma(RANGE)!);
    mmapReadUnlock(this.mm);
  }

  /** Judges, at the end, what GUP-fast has got for the nth page, while nobody unmapped it. */
  judge({ page }: Got, nth = 0, flags: GupFlags = {}): void {
    this.judgeReferences(page, flags);
    if (page !== undefined) judgeGivenOut(this.#context, page, this.mapped(nth));
  }

  /** Judges which page tables the walks have read. */
  judgeTables({ walks }: Got): void {
    judgeTables(this.#context, walks);
  }

  /** A reference that is held at the end, and that all are counted if nothing has stopped the run so far. */
  judgeReferences(page: Page | undefined, { pin }: GupFlags = {}): void {
    if (page !== undefined && pin === true) this.#context.pinsAtEnd(page.head);
    else if (page !== undefined) this.#context.holdsAtEnd(page.head);
    this.#context.property(referencesAreCounted.id).applies();
  }
}
