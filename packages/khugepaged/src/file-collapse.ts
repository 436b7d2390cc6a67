import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction, spinLock, spinUnlock, VM_BUG_ON } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  ClearPageActive,
  ClearPageUnevictable,
  type AddressSpace,
  getPage,
  isolateLruPage,
  lockPage,
  lruCacheAdd,
  MEMORY,
  type Memory,
  type Page,
  pageMapped,
  pageRefAdd,
  pageRefFreeze,
  pageRefUnfreeze,
  putbackLruPage,
  putPage,
  SetPageUptodate,
  trylockPage,
  unlockPage,
  type Vma,
  walkToPmd,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { RETRACT_RULE, type RetractRule } from './retract-rule.js';
import type { ScanResult } from './scan-result.js';

export const FILE_COLLAPSE = token<FileCollapse>('khugepaged.FileCollapse');

/** What collapse_file() itself has of a page: its own reference, the page cache's and the isolation's. */
const FROZEN = 3;

/** collapse_file() of mm/khugepaged.c, v6.1 but for the seam; every page of the range is in the cache. */
@injectable()
export class FileCollapse {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(RETRACT_RULE) private readonly retractRule: RetractRule,
  ) {}

  @kernelFunction('mm/khugepaged.c')
  collapseFile(file: AddressSpace, start: number): ScanResult {
    const huge = this.memory.allocator.allocHugePage();
    lockPage(huge);
    huge.mapping.write(file);
    huge.index.write(start);
    const replaced: Page[] = [];
    let result: ScanResult = 'SCAN_SUCCEED';
    for (let nth = 0; nth < this.memory.hpagePmdNr && result === 'SCAN_SUCCEED'; nth++) {
      result = this.#replace(file, start + nth, this.memory.pageAt(huge.pfn + nth), replaced);
    }
    this.rmap.tryToUnmapFlush();
    if (result === 'SCAN_SUCCEED') this.#copy(file, huge, start, replaced);
    else this.#rollBack(file, start, replaced);
    // Before it is unlocked: who has found it meanwhile, and waits for it, must look again.
    if (result !== 'SCAN_SUCCEED') huge.mapping.write(null);
    unlockPage(huge);
    if (result !== 'SCAN_SUCCEED') putPage(huge);
    return result;
  }

  /** Unmaps a page, takes all its references, and puts the new one into its place. */
  #replace(file: AddressSpace, index: number, subpage: Page, replaced: Page[]): ScanResult {
    spinLock(file.pagesLock);
    const page = file.pageAt(index);
    const isLocked = page !== null && trylockPage(page);
    if (page !== null && isLocked) getPage(page);
    spinUnlock(file.pagesLock);
    if (page === null || !isLocked) return 'SCAN_PAGE_LOCK';
    const result = this.#freeze(file, index, page, subpage);
    if (result === 'SCAN_SUCCEED') {
      replaced.push(page);
    } else {
      unlockPage(page);
      putPage(page);
    }
    return result;
  }

  #freeze(file: AddressSpace, index: number, page: Page, subpage: Page): ScanResult {
    if (!isolateLruPage(page)) return 'SCAN_DEL_PAGE_LRU';
    if (pageMapped(page)) this.rmap.tryToUnmap(page, { batchFlush: true, ignoreMlock: true });
    spinLock(file.pagesLock);
    VM_BUG_ON(
      file.pageAt(index) !== page,
      `${page.name} has left ${file.name} while it was locked`,
    );
    // Whoever has a reference keeps it from being frozen; and who comes later finds none to add to.
    const isFrozen = pageRefFreeze(page, FROZEN);
    if (isFrozen) file.store(index, subpage);
    spinUnlock(file.pagesLock);
    if (isFrozen) return 'SCAN_SUCCEED';
    putbackLruPage(page);
    return 'SCAN_PAGE_COUNT';
  }

  #copy(file: AddressSpace, huge: Page, start: number, replaced: readonly Page[]): void {
    for (const [nth, page] of replaced.entries()) {
      this.memory.pageAt(huge.pfn + nth).contents.copyFrom(page.contents);
      page.mapping.write(null);
      pageRefUnfreeze(page, 1);
      ClearPageActive(page);
      ClearPageUnevictable(page);
      unlockPage(page);
      putPage(page);
    }
    SetPageUptodate(huge);
    if (replaced.length > 1) pageRefAdd(huge, replaced.length - 1);
    lruCacheAdd(huge);
    this.#retractPageTables(file, start);
  }

  #rollBack(file: AddressSpace, start: number, replaced: readonly Page[]): void {
    for (const [nth, page] of replaced.entries()) {
      spinLock(file.pagesLock);
      // Those of the page cache and of the isolation. Before anybody can find the page again.
      pageRefUnfreeze(page, FROZEN - 1);
      file.store(start + nth, page);
      spinUnlock(file.pagesLock);
      unlockPage(page);
      putbackLruPage(page);
    }
  }

  /** retract_page_tables(): frees the page tables that map the range, now that they are empty. */
  #retractPageTables(file: AddressSpace, start: number): void {
    this.retractRule.withMappings(file, () => {
      for (const vma of file.vmas) this.#retractPageTable(vma, start);
    });
  }

  #retractPageTable(vma: Vma, start: number): void {
    // A private mapping that was written to has pages of its own in the table.
    if (vma.anonVma !== null) return;
    const address = vma.addressOf(start);
    const above = address === undefined ? undefined : walkToPmd(vma.mm, address);
    if (address === undefined || above === undefined) return;
    const { pmdp, pmd } = above;
    if (!this.arch.pmdPresent(pmd) || this.arch.pmdTransHuge(pmd)) return;
    const table = this.memory.pageTableAt(this.arch.tablePfn(pmd));
    this.retractRule.retract({ vma, address, pmdp, table });
  }
}
