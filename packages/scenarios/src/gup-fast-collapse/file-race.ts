import { GET_USER_PAGES, type GetUserPages, GUP_FAST_LOG, type GupFastLog } from '@pagerace/gup';
import type { ScenarioContext } from '@pagerace/kernel';
import { KHUGEPAGED, type Khugepaged, type ScanResult } from '@pagerace/khugepaged';
import { atomicInc } from '@pagerace/machine';
import {
  AddressSpace,
  getPage,
  lruAddDrain,
  lruCacheAdd,
  type Mm,
  type Page,
  pageRefAdd,
  pteAlloc,
  SetPageSwapBacked,
  SetPageUptodate,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
  withPteLocked,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { Findings } from '../findings.js';
import { referencesAreCounted } from '../madv-free/properties.js';
import { type Got, RANGE } from './collapse-race.js';
import { judgeTables } from './judge-tables.js';
import { noLostWrite, noStalePin } from './properties.js';

/** What the owner of a reference writes to the page. */
const WRITTEN = 'G';

/** A process that has a file in memory (shmem) mapped, whose pages may become a huge one. */
export class FileRace {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly file: AddressSpace;
  readonly #context: ScenarioContext<unknown>;
  readonly #khugepaged: Khugepaged;
  readonly #gup: GetUserPages;
  readonly #log: GupFastLog;

  /** @param huge whether the file has a huge page, whose pages are mapped one by one, and no small ones */
  constructor(context: ScenarioContext<unknown>, { huge = false } = {}) {
    this.#context = context;
    const { machine, memory } = context;
    this.#gup = context.get(GET_USER_PAGES);
    this.#log = context.get(GUP_FAST_LOG);
    this.#khugepaged = context.get(KHUGEPAGED);
    this.mm = context.process('app', 0);
    this.file = new AddressSpace(memory, 'file', memory.hpagePmdNr, shmem);
    this.vma = this.mm.mmap({
      start: RANGE,
      pages: memory.hpagePmdNr,
      vmFlags: VM_READ | VM_WRITE | VM_SHARED,
      file: this.file,
    });
    machine.boot(() => {
      const pages = huge ? this.#allocHuge() : this.#allocSmall();
      for (const [index, page] of pages.entries()) this.#map(index, page);
      lruAddDrain(memory);
    });
  }

  /** Pages of the page cache that are on a list. */
  #allocSmall(): readonly Page[] {
    const { memory } = this.#context;
    return Array.from({ length: memory.hpagePmdNr }, (_, index) => {
      const page = memory.allocator.allocZeroedPage();
      this.#addToPageCache(page, index);
      return page;
    });
  }

  #allocHuge(): readonly Page[] {
    const { memory } = this.#context;
    const head = memory.allocator.allocHugePage();
    const pages = memory.subpages(head);
    if (pages.length > 1) pageRefAdd(head, pages.length - 1);
    this.#addToPageCache(head, 0);
    for (const [index, page] of pages.entries()) {
      page.contents.clear();
      this.file.store(index, page);
    }
    return pages;
  }

  #addToPageCache(page: Page, index: number): void {
    page.mapping.write(this.file);
    page.index.write(index);
    this.file.store(index, page);
    SetPageUptodate(page);
    SetPageSwapBacked(page);
    lruCacheAdd(page);
  }

  /** As if it had been faulted in. */
  #map(index: number, page: Page): void {
    const { memory, arch } = this.#context;
    const address = RANGE + index * memory.pageSize;
    pteAlloc(this.mm, address);
    getPage(page);
    atomicInc(page._mapcount);
    const pte = arch.pteMkyoung(arch.mkPte(page, this.vma.vmPageProt));
    withPteLocked(this.mm, address, (ptep) => {
      arch.setPteAt(this.mm, address, ptep, arch.pteMkwrite(arch.pteMkdirty(pte)));
    });
  }

  /**
   * Gets the first page, and writes to it.
   *
   * @param fastOnly by GUP-fast or not at all; otherwise the slow way, too
   */
  getAndWrite({ fastOnly = true } = {}): Got {
    const flags = { write: true, fastOnly };
    const [page] = this.#gup.getUserPagesFast(this.mm, RANGE, 1, flags);
    if (page !== undefined) page.contents.writeHalf('lo', WRITTEN);
    return { page, walks: this.#log.ofCurrentTask() };
  }

  collapse(): ScanResult {
    return this.#khugepaged.collapseFile(this.file, 0);
  }

  collapsePteMapped(): ScanResult {
    return this.#khugepaged.collapsePteMappedThp(this.mm, RANGE);
  }

  /** Judges, at the end, whether the page that was got is the file's. */
  judge({ page }: Got): void {
    this.judgeReferences(page);
    if (page === undefined) return;
    const findings = new Findings();
    const cached = this.file.pageAt(0);
    findings.demand(
      this.#context.property(noStalePin.id),
      cached === page,
      () => `${page.name} was given out, and the file has ${cached?.name ?? 'nothing'}`,
    );
    findings.demand(
      this.#context.property(noLostWrite.id),
      cached?.contents.readHalf('lo') === WRITTEN,
      () => `what was written to ${page.name} cannot be read from the file`,
    );
    findings.conclude();
  }

  /** Judges which page tables the walks have read. */
  judgeTables({ walks }: Got): void {
    judgeTables(this.#context, walks);
  }

  /** A reference that is held at the end, and that all are counted if nothing has stopped the run so far. */
  judgeReferences(page: Page | undefined): void {
    if (page !== undefined) this.#context.holdsAtEnd(page.head);
    this.#context.property(referencesAreCounted.id).applies();
  }
}
