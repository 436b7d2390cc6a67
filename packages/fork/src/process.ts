import { ANON_DUP_RULE, type AnonDupRule } from '@pagerace/cow';
import { inject, injectable } from '@pagerace/di';
import { HUGE_COPY, HUGE_MEMORY, type HugeCopy, type HugeMemory } from '@pagerace/huge-memory';
import {
  downWrite,
  kernelFunction,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  type RwSemaphore,
  upWrite,
} from '@pagerace/machine';
import {
  __SetPageUptodate,
  ARCHITECTURE,
  type Architecture,
  flushTlbMm,
  isMigrationEntry,
  isReadableMigrationEntry,
  type LockedPte,
  lruCacheAdd,
  makeReadableMigrationEntry,
  MEMORY,
  type Memory,
  type Mm,
  mmuNotified,
  MmuGather,
  mmapReadLock,
  mmapReadUnlock,
  mmapWriteLock,
  mmapWriteUnlock,
  type Page,
  PageAnon,
  pmdRanges,
  type PmdWalk,
  pteAlloc,
  type Pte,
  type Ptep,
  pteOffsetMapLock,
  pteUnmapUnlock,
  putPage,
  setPageDirty,
  swpOffset,
  TLB_FLUSH,
  type TlbFlush,
  VM_SHARED,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  vmNormalPage,
  walkToPmd,
  withSwpEntry,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import type { Fork, ZapDetails } from './fork.js';
import { WRITE_PROTECT_ORDERING, type WriteProtectOrdering } from './write-protect-ordering.js';

/** A page for a copy, allocated while no lock was held; who uses it takes it out. */
interface Prealloc {
  page: Page | undefined;
  /** A page is to be copied, and there is none to copy it to: -EAGAIN. */
  isMissing: boolean;
}

/** kernel/fork.c and mm/memory.c of v5.17, but for the seams, for private anonymous mappings. */
@injectable()
export class Process implements Fork {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(ANON_DUP_RULE) private readonly anonDup: AnonDupRule,
    @inject(SWAP) private readonly swap: Swap,
    @inject(HUGE_MEMORY) private readonly huge: HugeMemory,
    @inject(HUGE_COPY) private readonly hugeCopy: HugeCopy,
    @inject(WRITE_PROTECT_ORDERING) private readonly ordering: WriteProtectOrdering,
  ) {}

  @kernelFunction('kernel/fork.c')
  dupMmap(parent: Mm, child: Mm): void {
    mmapWriteLock(parent);
    mmapWriteLock(child, 1);
    // Mappings with VM_DONTCOPY the child does not have: see prepareChild().
    for (const dst of child.vmas) this.copyPageRange(dst, parent.findVma(dst.start)!);
    mmapWriteUnlock(child);
    // The parent's entries have become read-only.
    flushTlbMm(this.tlb, parent);
    mmapWriteUnlock(parent);
  }

  @kernelFunction('mm/memory.c')
  copyPageRange(dst: Vma, src: Vma): void {
    // GUP-fast, which takes no lock, must not pin a page between the check for pins and the write
    // protection (57efa1fe5957, v5.11).
    mmuNotified(src.mm, dst.start, dst.end, () => {
      rawWriteSeqcountBegin(src.mm.writeProtectSeq);
      this.ordering.afterBegin();
      for (const [start, end] of pmdRanges(this.memory, dst.start, dst.end))
        this.copyPmdRange(dst, src, start, end);
      rawWriteSeqcountEnd(src.mm.writeProtectSeq);
    });
  }

  /** copy_pmd_range(), for what one entry covers. */
  @kernelFunction('mm/memory.c')
  copyPmdRange(dst: Vma, src: Vma, start: VirtualAddress, end: VirtualAddress): void {
    const huge = this.#hugePmd(src.mm, start);
    if (huge !== undefined && this.hugeCopy.copyHugePmd(dst, src, start, huge.pmdp)) return;
    const above = walkToPmd(src.mm, start);
    if (above === undefined || this.arch.pmdNone(above.pmd)) return;
    this.copyPteRange(dst, src, start, end);
  }

  /**
   * Of what one page table covers: the locks of both tables are held together over all entries, the
   * child's taken first. They are given back only to allocate: a page for the copy of one that may be pinned,
   * or one for the count of a swap slot.
   */
  @kernelFunction('mm/memory.c')
  copyPteRange(dst: Vma, src: Vma, start: VirtualAddress, end: VirtualAddress): void {
    const prealloc: Prealloc = { page: undefined, isMissing: false };
    let address = start;
    for (;;) {
      pteAlloc(dst.mm, address);
      const dstTable = pteOffsetMapLock(dst.mm, address);
      if (dstTable === undefined) break;
      const srcTable = pteOffsetMapLock(src.mm, address, 1);
      if (srcTable !== undefined) {
        address = this.#copyPtes(dst, src, [address, end], dstTable, srcTable, prealloc);
        pteUnmapUnlock(srcTable);
      }
      pteUnmapUnlock(dstTable);
      if (srcTable === undefined || address >= end) break;
      // page_copy_prealloc(). Otherwise add_swap_count_continuation(): the slot's count gets its page.
      if (prealloc.isMissing) prealloc.page = this.memory.allocator.allocPage();
      prealloc.isMissing = false;
    }
    if (prealloc.page !== undefined) putPage(prealloc.page);
  }

  /** Hold the locks of both tables. @returns the address whose entry needs a page before it can be copied, or `end` */
  #copyPtes(
    dst: Vma,
    src: Vma,
    [start, end]: readonly [start: VirtualAddress, end: VirtualAddress],
    dstTable: LockedPte,
    srcTable: LockedPte,
    prealloc: Prealloc,
  ): VirtualAddress {
    for (let address = start; address < end; address += this.memory.pageSize) {
      const dstPtep = dstTable.table.entry(address)!;
      const srcPtep = srcTable.table.entry(address)!;
      const pte = this.arch.ptepGet(srcPtep);
      if (this.arch.pteNone(pte)) continue;
      if (!this.arch.ptePresent(pte)) {
        if (!this.copyNonpresentPte(dst, src, address, dstPtep, srcPtep, pte)) return address;
        continue;
      }
      if (!this.copyPresentPte(dst, src, address, dstPtep, srcPtep, pte, prealloc)) return address;
      if (prealloc.page !== undefined) {
        // The pin has gone meanwhile.
        putPage(prealloc.page);
        prealloc.page = undefined;
      }
    }
    return end;
  }

  /** @returns false for -EAGAIN: the page must be copied, and there is none to copy it to */
  @kernelFunction('mm/memory.c')
  copyPresentPte(
    dst: Vma,
    src: Vma,
    address: VirtualAddress,
    dstPtep: Ptep,
    srcPtep: Ptep,
    pte: Pte,
    prealloc: Prealloc,
  ): boolean {
    let shared = pte;
    if (!this.arch.pteSpecial(pte)) {
      const page = this.memory.pageAt(this.arch.ptePfn(pte));
      if (!this.anonDup.tryDup(page, false, src)) {
        return this.copyPresentPage(dst, address, dstPtep, page, prealloc);
      }
    }
    if (this.#isCowMapping(src) && this.arch.pteWrite(pte)) {
      this.arch.ptepSetWrprotect(src.mm, address, srcPtep);
      shared = this.arch.pteWrprotect(shared);
    }
    const copied = this.arch.pteMkold(shared);
    const pteOfChild = dst.userfaultfdCtx === null ? this.arch.pteClearUffdWp(copied) : copied;
    this.arch.setPteAt(dst.mm, address, dstPtep, pteOfChild);
    return true;
  }

  /**
   * A page that may be pinned stays the parent's alone: the child gets a copy at once (v5.11).
   *
   * @returns as {@link copyPresentPte}
   */
  @kernelFunction('mm/memory.c')
  copyPresentPage(
    dst: Vma,
    address: VirtualAddress,
    dstPtep: Ptep,
    page: Page,
    prealloc: Prealloc,
  ): boolean {
    const copy = prealloc.page;
    prealloc.isMissing = copy === undefined;
    if (copy === undefined) return false;
    prealloc.page = undefined;
    copy.contents.copyFrom(page.contents);
    __SetPageUptodate(copy);
    this.rmap.pageAddNewAnonRmap(copy, dst, address);
    lruCacheAdd(copy);
    const pte = this.arch.pteMkdirty(this.arch.mkPte(copy, dst.vmPageProt));
    const writable = dst.has(VM_WRITE) ? this.arch.pteMkwrite(pte) : pte;
    this.arch.setPteAt(dst.mm, address, dstPtep, writable);
    return true;
  }

  /** @returns false for -EIO: the slot's count needs a continuation page. Nothing is changed then */
  @kernelFunction('mm/memory.c')
  copyNonpresentPte(
    dst: Vma,
    src: Vma,
    address: VirtualAddress,
    dstPtep: Ptep,
    srcPtep: Ptep,
    pte: Pte,
  ): boolean {
    const entry = this.arch.pteToSwpEntry(pte);
    let shared = pte;
    if (isMigrationEntry(entry)) {
      if (!isReadableMigrationEntry(entry) && this.#isCowMapping(src)) {
        const readable = makeReadableMigrationEntry(swpOffset(entry));
        shared = withSwpEntry(this.arch, pte, readable);
      }
    } else {
      if (!this.swap.swapDuplicate(entry)) return false;
      // Behind the parent: a swapoff that has visited the parent already has left no entry in it.
      this.swap.mmlist.add(dst.mm, src.mm);
      if (this.arch.pteSwpExclusive(pte)) shared = this.arch.pteSwpClearExclusive(pte);
    }
    // From now on the page is shared, also for the parent, wherever it comes from.
    if (shared !== pte) this.arch.setPteAt(src.mm, address, srcPtep, shared);
    if (dst.userfaultfdCtx === null) shared = this.arch.pteSwpClearUffdWp(shared);
    this.arch.setPteAt(dst.mm, address, dstPtep, shared);
    return true;
  }

  @kernelFunction('mm/mmap.c')
  exitMmap(mm: Mm): void {
    mmapReadLock(mm);
    const { vmas } = mm;
    mmapReadUnlock(mm);
    for (const vma of vmas) {
      for (const [start, end] of pmdRanges(this.memory, vma.start, vma.end))
        this.zapPmdRange(vma, start, end);
    }
  }

  zapPage(mm: Mm, address: VirtualAddress): void {
    mmapReadLock(mm);
    const vma = mm.findVma(address);
    if (vma !== undefined) this.zapPageRangeSingle(vma, address, address + this.memory.pageSize);
    mmapReadUnlock(mm);
  }

  @kernelFunction('mm/mmap.c')
  unmapRegion(mm: Mm, start: VirtualAddress): void {
    mmapWriteLock(mm);
    const vma = mm.findVma(start);
    if (vma !== undefined) {
      const end = start + this.memory.hpagePmdSize;
      this.zapPageRangeSingle(vma, start, Math.min(end, vma.end));
      this.#freePgtables(vma, start, end);
    }
    mmapWriteUnlock(mm);
  }

  /** The notifiers are told here, as unmap_vmas() and its like do it. */
  @kernelFunction('mm/memory.c')
  zapPageRangeSingle(
    vma: Vma,
    start: VirtualAddress,
    end: VirtualAddress,
    details?: ZapDetails,
  ): void {
    mmuNotified(vma.mm, start, end, () => {
      for (const [from, to] of pmdRanges(this.memory, start, end))
        this.zapPmdRange(vma, from, to, details);
    });
  }

  /**
   * free_pgtables(). Walks of the reverse mappings hold no mmap_lock: the mapping is hidden from them first,
   * which waits for those that are on their way.
   */
  #freePgtables(vma: Vma, start: VirtualAddress, end: VirtualAddress): void {
    const { anonVma, file } = vma;
    if (anonVma !== null) withWriteLock(anonVma.rwsem, () => anonVma.unlink(vma));
    // unlink_file_vma().
    if (file !== null) withWriteLock(file.iMmapRwsem, () => file.unlink(vma));
    this.#freePteRange(vma.mm, start, end);
    // The mapping stays, as if it were made anew: anon_vma_prepare() and vma_link_file().
    if (anonVma !== null) withWriteLock(anonVma.rwsem, () => anonVma.link(vma));
    if (file !== null) withWriteLock(file.iMmapRwsem, () => file.link(vma));
  }

  /** free_pte_range(): nobody can add entries to the table. Hold mmap_lock for writing. */
  #freePteRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    const above = walkToPmd(mm, start);
    if (above === undefined || !this.arch.pmdPresent(above.pmd)) return;
    const gather = new MmuGather(mm, this.tlb);
    this.arch.pmdClear(above.pmdp);
    gather.removeTable(this.memory.pageTableAt(this.arch.tablePfn(above.pmd)));
    gather.finish(start, end);
  }

  /** zap_pmd_range(), for what one entry covers: a huge page of which a part goes is split. */
  @kernelFunction('mm/memory.c')
  zapPmdRange(vma: Vma, start: VirtualAddress, end: VirtualAddress, details?: ZapDetails): void {
    if (this.#hugePmd(vma.mm, start) !== undefined) {
      const isPart = end - start < this.memory.hpagePmdNr * this.memory.pageSize;
      if (isPart) this.huge.splitHugePmd(vma, start);
      // If it has been split meanwhile, its pages go one by one.
      else if (this.huge.zapHugePmd(vma, start)) return;
    }
    for (let address = start; address < end; address += this.memory.pageSize) {
      this.zapPteRange(vma, address, details);
    }
  }

  /** zap_pte_range(), for one entry. */
  @kernelFunction('mm/memory.c')
  zapPteRange(vma: Vma, address: VirtualAddress, details?: ZapDetails): void {
    const locked = pteOffsetMapLock(vma.mm, address);
    if (locked === undefined) return;
    this.rmap.flushTlbBatchedPending(vma.mm);
    const pte = this.arch.ptepGet(locked.ptep);
    if (this.arch.ptePresent(pte)) {
      this.#zapPresent(vma, address, locked, pte, details);
      return;
    }
    // Whoever unmaps pages of a file leaves what is not present.
    if (!this.arch.pteNone(pte) && details === undefined) {
      const entry = this.arch.pteToSwpEntry(pte);
      // Whoever migrates a page has a reference to it, and finds no entry when it is put back.
      if (!isMigrationEntry(entry)) this.swap.freeSwapAndCache(entry);
      this.arch.setPteAt(vma.mm, address, locked.ptep, this.arch.none);
    }
    pteUnmapUnlock(locked);
  }

  /** Called with the PTL held, and returns without it. */
  #zapPresent(
    vma: Vma,
    address: VirtualAddress,
    locked: LockedPte,
    before: Pte,
    details: ZapDetails | undefined,
  ): void {
    const page = vmNormalPage(this.memory, before);
    // zap_skip_check_mapping(): the copies of private mappings stay.
    if (details?.evenCows === false && page !== undefined && PageAnon(page)) {
      pteUnmapUnlock(locked);
      return;
    }
    const pte = this.arch.ptepGetAndClear(vma.mm, address, locked.ptep);
    // No CPU may write to a file's page any more when page_mkclean() finds that it is not mapped.
    const forceFlush = page !== undefined && this.arch.pteDirty(pte) && !PageAnon(page);
    if (page !== undefined) {
      if (forceFlush) setPageDirty(page);
      // The mapping first, the reference after it.
      this.rmap.pageRemoveRmap(page);
    }
    if (forceFlush) this.tlb.flushTlbPage(vma.mm, address);
    pteUnmapUnlock(locked);
    // tlb_finish_mmu(): no CPU has the translation any more when the page may be freed.
    if (!forceFlush) this.tlb.flushTlbPage(vma.mm, address);
    if (page !== undefined) putPage(page);
  }

  /** The entry above the last level, if it maps a huge page; it may be another without the lock. */
  #hugePmd(mm: Mm, address: VirtualAddress): PmdWalk | undefined {
    const above = this.memory.hasHugePages ? walkToPmd(mm, address) : undefined;
    return above !== undefined && this.arch.pmdTransHuge(above.pmd) ? above : undefined;
  }

  /** is_cow_mapping(): every private mapping has VM_MAYWRITE, though mprotect() may have taken VM_WRITE. */
  #isCowMapping(vma: Vma): boolean {
    return !vma.has(VM_SHARED);
  }
}

function withWriteLock(rwsem: RwSemaphore, body: () => void): void {
  downWrite(rwsem);
  body();
  upWrite(rwsem);
}
