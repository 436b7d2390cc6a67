import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { downWrite, kernelFunction, spinLock, upWrite } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  type AddressSpace,
  findLockPage,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  mmapWriteTrylock,
  mmapWriteUnlock,
  type Page,
  pageRefSub,
  pteOffsetMapLock,
  pteOffsetMapNolock,
  type Ptep,
  pteUnmapUnlock,
  putPage,
  unlockPage,
  type VirtualAddress,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import type { ScanResult } from './scan-result.js';
import { type Removable, TABLE_REMOVAL, type TableRemoval } from './table-removal.js';

export const PTE_MAPPED_COLLAPSE = token<PteMappedCollapse>('khugepaged.PteMappedCollapse', {
  providedBy: ['@pagerace/khugepaged'],
});

/** The seam of collapse_pte_mapped_thp(): what it locks, and when it frees the page table. */
export interface PteMappedCollapse {
  /**
   * Takes out the page table that maps the pages of a huge page of a file one by one: whoever needs one
   * of them again finds the huge page. Called without mmap_lock.
   */
  collapsePteMappedThp(mm: Mm, address: VirtualAddress): ScanResult;
}

/** What is found, and locked. */
interface PteMapped extends Removable {
  readonly huge: Page;
  readonly file: AddressSpace;
}

/** What both forms have in common: mm/khugepaged.c, for mappings without anonymous pages. */
abstract class PteMappedRange implements PteMappedCollapse {
  constructor(
    @inject(ARCHITECTURE) protected readonly arch: Architecture,
    @inject(MEMORY) protected readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(TABLE_REMOVAL) protected readonly removal: TableRemoval,
  ) {}

  abstract collapsePteMappedThp(mm: Mm, address: VirtualAddress): ScanResult;

  /** With the huge page found, and locked. */
  protected abstract collapse(range: PteMapped): ScanResult;

  /** Hold mmap_lock. */
  protected withLocked(mm: Mm, address: VirtualAddress): ScanResult {
    const vma = mm.findVma(address);
    // A private mapping that was written to has pages of its own in the table.
    if (vma?.file == null || vma.anonVma !== null) return 'SCAN_VMA_CHECK';
    const page = findLockPage(vma.file, vma.pageIndex(address));
    if (page === undefined) return 'SCAN_PAGE_NULL';
    const huge = page.head;
    const result = huge.isHuge ? this.#find(vma, vma.file, address, huge) : 'SCAN_PAGE_COMPOUND';
    unlockPage(huge);
    putPage(huge);
    return result;
  }

  #find(vma: Vma, file: AddressSpace, address: VirtualAddress, huge: Page): ScanResult {
    const walk = walkToPte(vma.mm, address);
    return walk === undefined
      ? 'SCAN_PMD_NULL'
      : this.collapse({ vma, file, address, huge, pmdp: walk.pmdp, table: walk.table });
  }

  /** Step 1: every entry maps its own page of the huge one, if any. Hold the PTL. */
  protected check({ address, table, huge }: PteMapped): ScanResult {
    for (const [nth, ptep] of this.#entries(address, table)) {
      const pte = this.arch.ptepGet(ptep);
      if (this.arch.pteNone(pte)) continue;
      if (!this.arch.ptePresent(pte)) return 'SCAN_PTE_NON_PRESENT';
      if (this.arch.ptePfn(pte) !== huge.pfn + nth) return 'SCAN_FAIL';
    }
    return 'SCAN_SUCCEED';
  }

  /**
   * Step 2: uncounts every mapping. Hold the PTL.
   *
   * @returns how many references went with them
   */
  protected removeRmap(
    { address, table, huge }: PteMapped,
    clear: (ptep: Ptep, at: VirtualAddress) => void,
  ): number {
    let removed = 0;
    for (const [nth, ptep] of this.#entries(address, table)) {
      if (this.arch.pteNone(this.arch.ptepGet(ptep))) continue;
      clear(ptep, address + nth * this.memory.pageSize);
      this.rmap.pageRemoveRmap(this.memory.pageAt(huge.pfn + nth));
      removed++;
    }
    return removed;
  }

  #entries(address: VirtualAddress, table: PteMapped['table']): readonly [number, Ptep][] {
    const { hpagePmdNr, pageSize } = this.memory;
    return Array.from({ length: hpagePmdNr }, (_, nth) => [
      nth,
      table.entry(address + nth * pageSize)!,
    ]);
  }
}

/**
 * Under mmap_lock for writing, and since 8d3c106e19e8 (v6.1) i_mmap_rwsem as well, so that only GUP-fast and
 * the CPUs themselves use the table, which is freed with its entries in it. To v6.5.
 */
@injectable()
export class CollapsePteMappedUnderMmapWrite extends PteMappedRange {
  @kernelFunction('mm/khugepaged.c', 'khugepaged_collapse_pte_mapped_thps')
  collapsePteMappedThp(mm: Mm, address: VirtualAddress): ScanResult {
    if (!mmapWriteTrylock(mm)) return 'SCAN_FAIL';
    const result = this.withLocked(mm, address);
    mmapWriteUnlock(mm);
    return result;
  }

  @kernelFunction('mm/khugepaged.c', 'collapse_pte_mapped_thp')
  protected collapse(range: PteMapped): ScanResult {
    const { vma, address, file, huge } = range;
    const { keepsRmapWalksOut } = this.removal.rule;
    if (keepsRmapWalksOut) downWrite(file.iMmapRwsem);
    const locked = pteOffsetMapLock(vma.mm, address)!;
    const result = this.check(range);
    const removed = result === 'SCAN_SUCCEED' ? this.removeRmap(range, () => undefined) : 0;
    pteUnmapUnlock(locked);
    if (result === 'SCAN_SUCCEED') {
      if (removed > 0) pageRefSub(huge, removed);
      this.removal.collapseAndFreePmd(range);
    }
    if (keepsRmapWalksOut) upWrite(file.iMmapRwsem);
    return result;
  }
}

/**
 * Under mmap_lock for reading and the locks of both tables; the entries are cleared, and the table is freed
 * after a grace period. Since v6.6.
 */
@injectable()
export class CollapsePteMappedUnderMmapRead extends PteMappedRange {
  collapsePteMappedThp(mm: Mm, address: VirtualAddress): ScanResult {
    mmapReadLock(mm);
    const result = this.withLocked(mm, address);
    mmapReadUnlock(mm);
    return result;
  }

  @kernelFunction('mm/khugepaged.c', 'collapse_pte_mapped_thp')
  protected collapse(range: PteMapped): ScanResult {
    const first = pteOffsetMapLock(range.vma.mm, range.address);
    if (first === undefined) return 'SCAN_FAIL';
    const result = this.check(range);
    pteUnmapUnlock(first);
    if (result !== 'SCAN_SUCCEED') return result;
    return this.removal.notified(range, () => this.#remove(range));
  }

  #remove(range: PteMapped): ScanResult {
    const { vma, address, huge } = range;
    const locked = pteOffsetMapNolock(vma.mm, address)!;
    spinLock(locked.table.ptl);
    // While the lock was given back an entry may have become that of an anonymous copy.
    const result = this.check(range);
    const removed =
      result === 'SCAN_SUCCEED'
        ? this.removeRmap(range, (ptep, at) => this.arch.ptepGetAndClear(vma.mm, at, ptep))
        : 0;
    pteUnmapUnlock(locked);
    if (result !== 'SCAN_SUCCEED') return result;
    if (removed > 0) pageRefSub(huge, removed);
    this.removal.collapseAndDeferPmd(range);
    return result;
  }
}

export const collapsePteMappedMmapRead = commit({
  id: 'collapse-pte-mapped-mmap-read',
  title: 'mm/khugepaged: collapse_pte_mapped_thp() with mmap_read_lock()',
  commit: '1043173eb5eb',
  since: 'v6.6',
});

export const pteMappedCollapse = history(
  PTE_MAPPED_COLLAPSE,
  'mm/khugepaged.c:collapse_pte_mapped_thp()',
  [
    asOf('v5.17-rc1', CollapsePteMappedUnderMmapWrite),
    since(collapsePteMappedMmapRead, CollapsePteMappedUnderMmapRead),
  ],
);
