import { inject, injectable } from '@pagerace/di';
import { kernelFunction, VM_BUG_ON } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  ClearPageDirty,
  lruAddDrain,
  markPageLazyfree,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  mmuNotified,
  type Page,
  PageDirty,
  pageMapcount,
  PageSwapCache,
  pmdRanges,
  type Pte,
  type Ptep,
  pteOffsetMapLock,
  pteUnmapUnlock,
  TLB_FLUSH,
  type TlbFlush,
  trylockPage,
  unlockPage,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import type { Madvise } from './madvise.js';

/** mm/madvise.c of v5.17, for small pages of private anonymous mappings. */
@injectable()
export class MadviseFree implements Madvise {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
  ) {}

  @kernelFunction('mm/madvise.c', 'madvise_free_single_vma')
  madviseFree(mm: Mm, start: VirtualAddress, pages: number): void {
    mmapReadLock(mm);
    const vma = mm.findVma(start);
    VM_BUG_ON(vma === undefined, 'MADV_FREE of what is not mapped');
    lruAddDrain(this.memory);
    const end = start + pages * this.memory.pageSize;
    const cleaned = mmuNotified(mm, start, end, () => this.#walkPageRange(vma!, start, end));
    // tlb_finish_mmu(): till here a CPU that has the old, dirty translation may store through it and
    // leave no trace in the entry. That store races with MADV_FREE, and may be lost.
    if (cleaned) this.tlb.flushTlbRange(mm, start, end);
    mmapReadUnlock(mm);
  }

  /** walk_page_range(). @returns whether a flush is due */
  #walkPageRange(vma: Vma, start: VirtualAddress, end: VirtualAddress): boolean {
    let cleaned = false;
    for (const [from, to] of pmdRanges(this.memory, start, end)) {
      cleaned = this.madviseFreePteRange(vma, from, to) || cleaned;
    }
    return cleaned;
  }

  /** Entries of one table, whose lock is held all the while. @returns whether a flush is due */
  @kernelFunction('mm/madvise.c')
  madviseFreePteRange(vma: Vma, start: VirtualAddress, end: VirtualAddress): boolean {
    const locked = pteOffsetMapLock(vma.mm, start);
    if (locked === undefined) return false;
    this.rmap.flushTlbBatchedPending(vma.mm);
    let cleaned = false;
    for (let address = start; address < end; address += this.memory.pageSize) {
      const ptep = locked.table.entry(address);
      if (ptep !== undefined) cleaned = this.#madviseFreePte(vma, address, ptep) || cleaned;
    }
    pteUnmapUnlock(locked);
    return cleaned;
  }

  /** @returns whether a flush is due */
  #madviseFreePte(vma: Vma, address: VirtualAddress, ptep: Ptep): boolean {
    const pte = this.arch.ptepGet(ptep);
    if (this.arch.pteNone(pte)) return false;
    if (!this.arch.ptePresent(pte)) {
      // A swapped page is dropped at once.
      this.swap.freeSwapAndCache(this.arch.pteToSwpEntry(pte));
      this.arch.setPteAt(vma.mm, address, ptep, this.arch.none);
      return false;
    }
    if (this.arch.pteSpecial(pte)) return false;
    const page = this.memory.pageAt(this.arch.ptePfn(pte));
    if ((PageSwapCache(page) || PageDirty(page)) && !this.#makeClean(page)) return false;
    const flush = this.#cleanPte(vma, address, ptep, pte);
    markPageLazyfree(page);
    return flush;
  }

  /** Clears PG_dirty, unless others have the page, whose PG_dirty it is too. */
  #makeClean(page: Page): boolean {
    if (!trylockPage(page)) return false;
    const mayClean =
      pageMapcount(page) === 1 && (!PageSwapCache(page) || this.swap.tryToFreeSwap(page));
    if (mayClean) ClearPageDirty(page);
    unlockPage(page);
    return mayClean;
  }

  /**
   * Makes the entry old and clean, so that the next store sets its dirty bit. The permission to write
   * stays: such an entry is clean and writable, and GUP-fast takes it for a write without a fault.
   */
  #cleanPte(vma: Vma, address: VirtualAddress, ptep: Ptep, pte: Pte): boolean {
    if (!this.arch.pteYoung(pte) && !this.arch.pteDirty(pte)) return false;
    const old = this.arch.ptepGetAndClear(vma.mm, address, ptep);
    this.arch.setPteAt(vma.mm, address, ptep, this.arch.pteMkclean(this.arch.pteMkold(old)));
    return true;
  }
}
