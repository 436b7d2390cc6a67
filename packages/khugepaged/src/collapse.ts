import { inject, injectable } from '@pagerace/di';
import {
  downWrite,
  kernelFunction,
  smpWmb,
  type Spinlock,
  spinLock,
  spinUnlock,
  upWrite,
} from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_HANDLER,
  type FaultHandler,
  type AddressSpace,
  isolateLruPage,
  lruAddDrain,
  lruCacheAdd,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  mmapWriteLock,
  mmapWriteUnlock,
  mmuNotified,
  mustBePmdNone,
  type Page,
  pageMapcount,
  pageMapped,
  PageSwapCache,
  type PageTable,
  pgtableTransHugeDeposit,
  pmdLock,
  pmdPopulate,
  pmdUnlock,
  type Pte,
  type Ptep,
  putbackLruPage,
  putPage,
  SetPageUptodate,
  trylockPage,
  unlockPage,
  type VirtualAddress,
  VM_WRITE,
  type Vma,
  walkToPmd,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import {
  COLLAPSE_REFERENCE_CHECK,
  type CollapseReferenceCheck,
} from './collapse-reference-check.js';
import { COLLAPSE_COPYING, type CollapseCopying } from './collapse-copying.js';
import { COLLAPSE_SYNC, type CollapseSync } from './collapse-sync.js';
import { FILE_COLLAPSE, type FileCollapse } from './file-collapse.js';
import type { Khugepaged } from './khugepaged.js';
import { KHUGEPAGED_CONFIG, type KhugepagedConfig } from './khugepaged-config.js';
import { PTE_MAPPED_COLLAPSE, type PteMappedCollapse } from './pte-mapped-collapse.js';
import type { ScanResult } from './scan-result.js';

/** Where one small page of the range is mapped, in the table that is taken out. */
interface Place {
  readonly address: VirtualAddress;
  readonly ptep: Ptep;
}

/** What is to be copied. */
interface Source extends Place {
  readonly pte: Pte;
  /** Locked and isolated, or a part of a huge page that is; undefined for what is to become zeros. */
  readonly page: Page | undefined;
}

type Isolation =
  | {
      readonly succeeded: true;
      readonly sources: readonly Source[];
      readonly compoundPagelist: readonly Page[];
    }
  | { readonly succeeded: false; readonly result: ScanResult };

/** mm/khugepaged.c of v6.1 but for the seams, for anonymous pages. */
@injectable()
export class Collapse implements Khugepaged {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
    @inject(FAULT_HANDLER) private readonly faultHandler: FaultHandler,
    @inject(KHUGEPAGED_CONFIG) private readonly config: KhugepagedConfig,
    @inject(COLLAPSE_SYNC) private readonly sync: CollapseSync,
    @inject(COLLAPSE_COPYING) private readonly copying: CollapseCopying,
    @inject(COLLAPSE_REFERENCE_CHECK) private readonly references: CollapseReferenceCheck,
    @inject(FILE_COLLAPSE) private readonly fileCollapse: FileCollapse,
    @inject(PTE_MAPPED_COLLAPSE) private readonly pteMapped: PteMappedCollapse,
  ) {}

  collapseFile(file: AddressSpace, start: number): ScanResult {
    return this.fileCollapse.collapseFile(file, start);
  }

  collapsePteMappedThp(mm: Mm, address: VirtualAddress): ScanResult {
    return this.pteMapped.collapsePteMappedThp(mm, address);
  }

  @kernelFunction('mm/khugepaged.c')
  hpageCollapseScanPmd(mm: Mm, address: VirtualAddress): ScanResult {
    mmapReadLock(mm);
    const vma = this.#vmaOf(mm, address);
    let unmapped = 0;
    let result: ScanResult = vma === undefined ? 'SCAN_VMA_NULL' : 'SCAN_SUCCEED';
    for (const at of this.#addresses(address)) {
      const found = withPteLocked(mm, at, (ptep) => this.#scan(this.arch.ptepGet(ptep)));
      if (found === 'swapped') unmapped++;
      else if (found !== 'SCAN_SUCCEED') result = found ?? 'SCAN_PMD_NULL';
      if (result !== 'SCAN_SUCCEED') break;
    }
    mmapReadUnlock(mm);
    if (result !== 'SCAN_SUCCEED' || unmapped > this.config.maxPtesSwap) return result;
    return this.collapseHugePage(mm, address, unmapped);
  }

  /** What the scan makes of one entry; it may be another by the time that matters. Hold the PTL. */
  #scan(pte: Pte): ScanResult | 'swapped' {
    if (this.arch.isSwapPte(pte)) return 'swapped';
    if (this.#isNoneOrZero(pte)) return 'SCAN_SUCCEED';
    const { head } = this.#normalPage(pte);
    return this.references.isRefcountSuitable(head) ? 'SCAN_SUCCEED' : 'SCAN_PAGE_COUNT';
  }

  @kernelFunction('mm/khugepaged.c')
  collapseHugePage(mm: Mm, address: VirtualAddress, unmapped = 0): ScanResult {
    const huge = this.memory.allocator.allocHugePage();
    const result =
      unmapped > 0 && !this.#collapseHugePageSwapin(mm, address)
        ? 'SCAN_PTE_NON_PRESENT'
        : this.#collapseInto(huge, mm, address);
    if (result !== 'SCAN_SUCCEED') putPage(huge);
    return result;
  }

  /** __collapse_huge_page_swapin(): reads in from swap what is there. @returns whether all is here */
  #collapseHugePageSwapin(mm: Mm, address: VirtualAddress): boolean {
    mmapReadLock(mm);
    const vma = this.#vmaOf(mm, address);
    let here = vma !== undefined;
    for (const at of this.#addresses(address)) {
      const walk = walkToPte(mm, at);
      if (vma === undefined || walk === undefined) here = false;
      else if (this.arch.isSwapPte(this.arch.ptepGet(walk.ptep))) {
        this.faultHandler.handleMmFault(vma, at, 0);
      }
    }
    mmapReadUnlock(mm);
    // A page in a per-CPU batch has a reference more, and would not be collapsed.
    lruAddDrain(this.memory);
    return here;
  }

  #collapseInto(huge: Page, mm: Mm, address: VirtualAddress): ScanResult {
    mmapWriteLock(mm);
    const vma = this.#vmaOf(mm, address);
    const result = vma === undefined ? 'SCAN_VMA_NULL' : this.#collapseRange(huge, vma, address);
    mmapWriteUnlock(mm);
    return result;
  }

  /** Hold mmap_lock for writing, so that no fault comes, and nobody else changes what is mapped. */
  #collapseRange(huge: Page, vma: Vma, address: VirtualAddress): ScanResult {
    const { mm } = vma;
    const above = walkToPmd(mm, address);
    if (above === undefined || !this.arch.pmdPresent(above.pmd)) return 'SCAN_PMD_NULL';
    if (this.arch.pmdTransHuge(above.pmd)) return 'SCAN_PMD_MAPPED';
    const table = this.memory.pageTableAt(this.arch.tablePfn(above.pmd));
    const places = this.#addresses(address).map((at) => ({ address: at, ptep: table.entry(at)! }));

    // Keeps out walks of the reverse mappings, which would go by the table that is taken out.
    const { rwsem } = vma.anonVma!;
    downWrite(rwsem);
    this.#takeOut(vma, address, above.pmdp);
    spinLock(table.ptl);
    const isolated = this.collapseHugePageIsolate(places);
    spinUnlock(table.ptl);
    if (!isolated.succeeded) this.#putBack(mm, address, above.pmdp, table);
    upWrite(rwsem);
    if (!isolated.succeeded) return isolated.result;

    // From here on the pages being locked and isolated keeps out walks of the reverse mappings.
    this.collapseHugePageCopy(vma, huge, isolated.sources, table);
    // The huge pages last, when all their parts are copied.
    for (const page of isolated.compoundPagelist) this.releasePtePage(page);
    this.#mapHuge(huge, vma, address, above.pmdp, table);
    return 'SCAN_SUCCEED';
  }

  #takeOut(vma: Vma, address: VirtualAddress, pmdp: Ptep): void {
    const { mm } = vma;
    const end = address + this.memory.hpagePmdSize;
    mmuNotified(mm, address, end, () => {
      pmdLock(mm);
      // No CPU has a translation by the table any more. GUP-fast may be walking it, and finds out by
      // itself: it must see either that the entry is gone or have its reference seen below.
      this.arch.pmdpCollapseFlush(vma, address, pmdp);
      pmdUnlock(mm);
    });
    this.sync.afterFlush(this.memory);
  }

  /** Puts the same table back: a second look at the entry finds it unchanged, and the walk may go on. */
  #putBack(mm: Mm, address: VirtualAddress, pmdp: Ptep, table: PageTable): void {
    pmdLock(mm);
    mustBePmdNone(mm, pmdp);
    pmdPopulate(mm, address, pmdp, table);
    pmdUnlock(mm);
  }

  #mapHuge(huge: Page, vma: Vma, address: VirtualAddress, pmdp: Ptep, table: PageTable): void {
    const { mm } = vma;
    // __SetPageUptodate(): the contents are there before the entry that leads to them.
    smpWmb('__SetPageUptodate');
    SetPageUptodate(huge);
    const entry = this.arch.pteMkdirty(this.arch.mkPte(huge, vma.vmPageProt));
    const pte = vma.has(VM_WRITE) ? this.arch.pteMkwrite(entry) : entry;
    pmdLock(mm);
    mustBePmdNone(mm, pmdp);
    this.rmap.pageAddNewAnonRmap(huge, vma, address);
    lruCacheAdd(huge);
    pgtableTransHugeDeposit(mm, pmdp, table);
    this.arch.setPmdAt(mm, address, pmdp, this.arch.pteHugePmd(pte));
    pmdUnlock(mm);
  }

  /**
   * Takes every page for khugepaged alone, or none. Hold the PTL. Of a huge page that is mapped page by page
   * it takes the head, once: since v5.8 (5503fbf2b0b8); read in v5.17 and v6.3.
   */
  @kernelFunction('mm/khugepaged.c', '__collapse_huge_page_isolate')
  collapseHugePageIsolate(places: readonly Place[]): Isolation {
    const sources: Source[] = [];
    const compoundPagelist: Page[] = [];
    let writable = false;
    let shared = 0;
    let none = 0;
    let result: ScanResult = 'SCAN_SUCCEED';
    for (const place of places) {
      const pte = this.arch.ptepGet(place.ptep);
      if (this.#isNoneOrZero(pte)) {
        if (++none > this.config.maxPtesNone) {
          result = 'SCAN_EXCEED_NONE_PTE';
          break;
        }
        sources.push({ ...place, pte, page: undefined });
        continue;
      }
      if (!this.arch.ptePresent(pte)) {
        result = 'SCAN_PTE_NON_PRESENT';
        break;
      }
      const page = this.#normalPage(pte);
      if (pageMapcount(page) > 1 && ++shared > this.config.maxPtesShared) {
        result = 'SCAN_EXCEED_SHARED_PTE';
        break;
      }
      if (!compoundPagelist.includes(page.head)) {
        result = this.#isolate(page.head);
        if (result !== 'SCAN_SUCCEED') break;
        if (page.isHuge) compoundPagelist.push(page.head);
      }
      sources.push({ ...place, pte, page });
      if (this.arch.pteWrite(pte)) writable = true;
    }
    if (result === 'SCAN_SUCCEED' && !writable) result = 'SCAN_PAGE_RO';
    if (result === 'SCAN_SUCCEED') return { succeeded: true, sources, compoundPagelist };
    for (const { page } of sources) if (page?.isHuge === false) this.releasePtePage(page);
    for (const page of compoundPagelist) this.releasePtePage(page);
    return { succeeded: false, result };
  }

  #isolate(page: Page): ScanResult {
    // Acquires, and orders nothing that was before.
    if (!trylockPage(page)) return 'SCAN_PAGE_LOCK';
    // Before the isolation, which adds a reference. What GUP-fast has got so far is seen here if it
    // does not see the empty entry above.
    if (!this.references.isRefcountSuitable(page)) {
      unlockPage(page);
      return 'SCAN_PAGE_COUNT';
    }
    if (!isolateLruPage(page)) {
      unlockPage(page);
      return 'SCAN_DEL_PAGE_LRU';
    }
    return 'SCAN_SUCCEED';
  }

  @kernelFunction('mm/khugepaged.c')
  releasePtePage(page: Page): void {
    unlockPage(page);
    putbackLruPage(page);
  }

  @kernelFunction('mm/khugepaged.c', '__collapse_huge_page_copy')
  collapseHugePageCopy(
    { mm }: Vma,
    huge: Page,
    sources: readonly Source[],
    { ptl }: PageTable,
  ): void {
    if (this.copying.isPageByPage) {
      for (const [nth, source] of sources.entries()) {
        this.#copy(source, this.memory.pageAt(huge.pfn + nth));
        this.#release(mm, ptl, source);
      }
    } else {
      for (const [nth, source] of sources.entries()) {
        this.#copy(source, this.memory.pageAt(huge.pfn + nth));
      }
      this.collapseHugePageCopySucceeded(mm, ptl, sources);
    }
  }

  #copy({ page }: Source, { contents }: Page): void {
    if (page === undefined) contents.clear();
    else contents.copyFrom(page.contents);
  }

  @kernelFunction('mm/khugepaged.c', '__collapse_huge_page_copy_succeeded')
  collapseHugePageCopySucceeded(mm: Mm, ptl: Spinlock, sources: readonly Source[]): void {
    for (const source of sources) this.#release(mm, ptl, source);
  }

  /** Empties the entry of what is copied, and lets go of the page. */
  #release(mm: Mm, ptl: Spinlock, { address, ptep, pte, page }: Source): void {
    if (page === undefined && this.arch.pteNone(pte)) return;
    if (page?.isHuge === false) this.releasePtePage(page);
    spinLock(ptl);
    this.arch.ptepGetAndClear(mm, address, ptep);
    if (page !== undefined) this.rmap.pageRemoveRmap(page);
    spinUnlock(ptl);
    if (page !== undefined) this.freePageAndSwapCache(page);
  }

  @kernelFunction('mm/swap_state.c')
  freePageAndSwapCache(page: Page): void {
    if (PageSwapCache(page) && !pageMapped(page) && trylockPage(page)) {
      this.swap.tryToFreeSwap(page);
      unlockPage(page);
    }
    putPage(page);
  }

  #isNoneOrZero(pte: Pte): boolean {
    return this.arch.pteNone(pte) || (this.arch.ptePresent(pte) && this.arch.pteSpecial(pte));
  }

  /** vm_normal_page(). The only special entries are those of the zero page, and the caller has sorted them out. */
  #normalPage(pte: Pte): Page {
    return this.memory.pageAt(this.arch.ptePfn(pte));
  }

  /** hugepage_vma_revalidate(). Hold mmap_lock. */
  #vmaOf(mm: Mm, address: VirtualAddress): Vma | undefined {
    const vma = mm.findVma(address);
    const last = this.#addresses(address).at(-1)!;
    return vma !== undefined && vma.anonVma !== null && last < vma.end ? vma : undefined;
  }

  #addresses(address: VirtualAddress): readonly VirtualAddress[] {
    const { hpagePmdNr, pageSize } = this.memory;
    return Array.from({ length: hpagePmdNr }, (_, nth) => address + nth * pageSize);
  }
}
