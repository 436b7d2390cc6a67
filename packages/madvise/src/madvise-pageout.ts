import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction, VM_BUG_ON } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  ClearPageReferenced,
  isolateLruPage,
  lruAddDrain,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  pageMapcount,
  pmdRanges,
  pteOffsetMapLock,
  pteUnmapUnlock,
  RECLAIM_PAGES,
  type ReclaimPages,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';

export const MADVISE_PAGEOUT = token<MadvisePageout>('madvise.MadvisePageout', {
  providedBy: ['@pagerace/madvise'],
});

/** madvise(MADV_PAGEOUT), since v5.4, in the form of v5.17, for small pages of private anonymous mappings. */
@injectable()
export class MadvisePageout {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(RECLAIM_PAGES) private readonly reclaim: ReclaimPages,
  ) {}

  /** Reclaims the pages of a range, as far as nothing else maps them. */
  @kernelFunction('mm/madvise.c')
  madvisePageout(mm: Mm, start: VirtualAddress, pages: number): void {
    mmapReadLock(mm);
    const vma = mm.findVma(start);
    VM_BUG_ON(vma === undefined, 'MADV_PAGEOUT of what is not mapped');
    lruAddDrain(this.memory);
    const end = start + pages * this.memory.pageSize;
    let aged = false;
    for (const [from, to] of pmdRanges(this.memory, start, end)) {
      aged = this.madviseColdOrPageoutPteRange(vma!, from, to) || aged;
    }
    // tlb_finish_mmu().
    if (aged) this.tlb.flushTlbRange(mm, start, end);
    mmapReadUnlock(mm);
  }

  /** Isolates the pages of one table under its lock, and reclaims them without it. @returns whether a flush is due */
  @kernelFunction('mm/madvise.c')
  madviseColdOrPageoutPteRange(vma: Vma, start: VirtualAddress, end: VirtualAddress): boolean {
    const { mm } = vma;
    const locked = pteOffsetMapLock(mm, start);
    if (locked === undefined) return false;
    this.rmap.flushTlbBatchedPending(mm);
    const isolated: Page[] = [];
    let aged = false;
    for (let address = start; address < end; address += this.memory.pageSize) {
      const ptep = locked.table.entry(address)!;
      const pte = this.arch.ptepGet(ptep);
      if (!this.arch.ptePresent(pte) || this.arch.pteSpecial(pte)) continue;
      const page = this.memory.pageAt(this.arch.ptePfn(pte));
      if (pageMapcount(page) !== 1) continue;
      if (this.arch.pteYoung(pte)) {
        const old = this.arch.ptepGetAndClear(mm, address, ptep);
        this.arch.setPteAt(mm, address, ptep, this.arch.pteMkold(old));
        aged = true;
      }
      ClearPageReferenced(page);
      if (isolateLruPage(page)) isolated.push(page);
    }
    pteUnmapUnlock(locked);
    this.reclaim.reclaimPages(isolated);
    return aged;
  }
}
