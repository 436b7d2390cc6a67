import { ANON_REUSE_RULE, type AnonReuseRule, type WriteProtectFate } from '@pagerace/cow';
import { inject, injectable } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { HUGE_FAULT, type HugeFault } from '@pagerace/huge-memory';
import { KSM_REUSE_RULE, ksmMightNeedToCopy, type KsmReuseRule } from '@pagerace/ksm';
import { kernelFunction, spinLock, VM_BUG_ON } from '@pagerace/machine';
import { migrationEntryWait } from '@pagerace/migrate';
import {
  __SetPageUptodate,
  ARCHITECTURE,
  type Architecture,
  awaitsWriteFault,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  type FaultHandler,
  getPage,
  isMigrationEntry,
  isUnshare,
  isWrite,
  type LockedPte,
  lockPage,
  lruCacheAdd,
  MEMORY,
  type Memory,
  mmuNotified,
  type Page,
  PageAnon,
  PageAnonExclusive,
  PageKsm,
  PageSwapCache,
  PageUptodate,
  pteAlloc,
  type PmdWalk,
  type Pte,
  pteOffsetMapLock,
  pteOffsetMapNolock,
  pteUnmap,
  pteUnmapUnlock,
  putPage,
  type SwapEntry,
  unlockPage,
  type VirtualAddress,
  VM_SHARED,
  VM_WRITE,
  type Vma,
  type VmFault,
  type VmFaultReason,
  vmNormalPage,
  walkToPmd,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import { FILE_FAULT, type FileFault } from './file-fault.js';
import { restoreSwpBits } from './restore-swp-bits.js';
import { SWAP_IN_WRITABLE, type SwapInWritable } from './swap-in-writable.js';
import { UNSHARE_FAULT, type UnshareFault } from './unshare-fault.js';

/** mm/memory.c, of v5.17 but for the seams; {@link FileFault} has what the operations of a mapping serve. */
@injectable()
export class PageFault implements FaultHandler {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
    @inject(ANON_REUSE_RULE) private readonly reuse: AnonReuseRule,
    @inject(KSM_REUSE_RULE) private readonly ksmReuse: KsmReuseRule,
    @inject(SWAP_IN_WRITABLE) private readonly swapInWritable: SwapInWritable,
    @inject(UNSHARE_FAULT) private readonly unshare: UnshareFault,
    @inject(FILE_FAULT) private readonly fileFault: FileFault,
    @inject(HUGE_FAULT) private readonly hugeFault: HugeFault,
  ) {}

  @kernelFunction('mm/memory.c')
  handleMmFault(vma: Vma, address: VirtualAddress, flags: number): VmFaultReason {
    const above = this.memory.hasHugePages ? walkToPmd(vma.mm, address) : undefined;
    if (above !== undefined && this.arch.pmdTransHuge(above.pmd)) {
      const isOver = this.#handleHugePmdFault(vma, address, above, flags);
      if (isOver) return undefined;
    }
    return this.handlePteFault(vma, address, flags);
  }

  /** @returns whether nothing is left to be done for the small page */
  #handleHugePmdFault(vma: Vma, address: VirtualAddress, above: PmdWalk, flags: number): boolean {
    const wantsOwn = (flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) !== 0;
    if (!wantsOwn || this.arch.pteWrite(this.arch.pmdPte(above.pmd))) {
      this.hugeFault.hugePmdSetAccessed(vma, address, above, flags);
      return true;
    }
    if (!vma.isAnonymous)
      throw new ModelError('copy-on-write of a file’s huge pages is not modelled');
    return this.hugeFault.doHugePmdWpPage(vma, address, above, flags);
  }

  @kernelFunction('mm/memory.c')
  handlePteFault(vma: Vma, address: VirtualAddress, flags: number): VmFaultReason {
    const locked = pteOffsetMapNolock(vma.mm, address);
    const origPte = locked === undefined ? this.arch.none : this.arch.ptepGet(locked.ptep);
    const fault: VmFault = { vma, address, flags, origPte };
    if (locked === undefined || !this.arch.ptePresent(origPte)) {
      if (locked !== undefined) pteUnmap(locked);
      if (!this.arch.pteNone(origPte)) return this.doSwapPage(fault);
      if (!vma.isAnonymous) return this.fileFault.doFault(fault);
      this.doAnonymousPage(fault);
      return undefined;
    }
    spinLock(locked.table.ptl);
    if (!this.arch.pteSame(this.arch.ptepGet(locked.ptep), origPte)) {
      // Somebody else has changed the entry: the access faults again if it must.
      pteUnmapUnlock(locked);
      return undefined;
    }
    if ((isWrite(fault) || isUnshare(fault)) && !this.arch.pteWrite(origPte)) {
      return this.doWpPage(fault, locked);
    }
    const entry = isWrite(fault) ? this.arch.pteMkdirty(origPte) : origPte;
    this.arch.ptepSetAccessFlags(
      vma,
      address,
      locked.ptep,
      this.arch.pteMkyoung(entry),
      isWrite(fault),
    );
    pteUnmapUnlock(locked);
    return undefined;
  }

  @kernelFunction('mm/memory.c')
  doAnonymousPage(fault: VmFault): void {
    const { vma, address } = fault;
    pteAlloc(vma.mm, address);
    if (!isWrite(fault)) {
      this.#mapZeroPage(fault);
      return;
    }
    const page = this.memory.allocator.allocZeroedPage();
    __SetPageUptodate(page);
    const locked = lockPte(vma, address);
    if (!this.arch.pteNone(this.arch.ptepGet(locked.ptep))) {
      pteUnmapUnlock(locked);
      putPage(page);
      return;
    }
    this.#mapNewPage(fault, page, locked);
    pteUnmapUnlock(locked);
  }

  /** Reads of what was never written see the shared zero page. */
  #mapZeroPage({ vma, address }: VmFault): void {
    const entry = this.arch.pteMkspecial(this.arch.mkPte(this.memory.zeroPage, vma.vmPageProt));
    const locked = lockPte(vma, address);
    if (this.arch.pteNone(this.arch.ptepGet(locked.ptep))) {
      this.arch.setPteAt(vma.mm, address, locked.ptep, entry);
    }
    pteUnmapUnlock(locked);
  }

  /** Maps a page that nobody else has. Hold the PTL. */
  #mapNewPage(fault: VmFault, page: Page, { ptep }: LockedPte): void {
    const { vma, address } = fault;
    this.rmap.pageAddNewAnonRmap(page, vma, address);
    lruCacheAdd(page);
    const entry = this.arch.pteMkyoung(this.arch.mkPte(page, vma.vmPageProt));
    const pte = isUnshare(fault)
      ? this.#unshared(entry, fault.origPte)
      : this.#maybeMkwriteDirty(entry, vma);
    this.arch.setPteAt(vma.mm, address, ptep, pte);
  }

  /** A page that was unshared stays read-only, as nobody has written to it, and what is tracked of it stays, too. */
  #unshared(entry: Pte, origPte: Pte): Pte {
    const pte = this.arch.pteSoftDirty(origPte) ? this.arch.pteMksoftDirty(entry) : entry;
    return this.arch.pteUffdWp(origPte) ? this.arch.pteMkuffdWp(pte) : pte;
  }

  /** maybe_mkwrite(pte_mkdirty()): FOLL_FORCE writes to what stays read-only. */
  #maybeMkwriteDirty(entry: Pte, vma: Vma): Pte {
    const dirty = this.arch.pteMkdirty(entry);
    return vma.has(VM_WRITE) ? this.arch.pteMkwrite(dirty) : dirty;
  }

  @kernelFunction('mm/memory.c')
  doSwapPage(fault: VmFault): VmFaultReason {
    const { vma, address } = fault;
    const entry = this.arch.pteToSwpEntry(fault.origPte);
    if (isMigrationEntry(entry)) {
      migrationEntryWait(vma.mm, address);
      return undefined;
    }
    // swapoff has come before, and has changed the entry: the access faults again if it must.
    if (!this.swap.getSwapDevice(entry)) return undefined;
    const reason = this.#swapIn(fault, entry);
    this.swap.putSwapDevice(entry);
    return reason;
  }

  /** do_swap_page(), while swapoff cannot free what the entry leads to. */
  #swapIn(fault: VmFault, entry: SwapEntry): VmFaultReason {
    const { vma, address } = fault;
    const cached = this.swap.lookupSwapCache(entry);
    if (cached === undefined && this.swap.skipsSwapCache(entry)) {
      const fresh = this.swap.swapinSkippingCache(entry);
      if (fresh === undefined) return undefined;
      lockPage(fresh);
      const reason = this.#mapFromSwap(fault, fresh, entry);
      this.swap.swapcacheClear(entry);
      return reason;
    }
    const swapcache = cached ?? this.swap.swapinReadahead(entry);
    if (swapcache === undefined) {
      // No entry uses the slot any more, so this one is changed under the lock: the access faults again then.
      pteUnmapUnlock(lockPte(vma, address));
      return undefined;
    }
    lockPage(swapcache);
    // What looks like the page may have left the swap cache meanwhile, and may even be back there for
    // another slot: the reference alone does not exclude that.
    if (!PageSwapCache(swapcache) || swapcache.private.read() !== entry) {
      unlockPage(swapcache);
      putPage(swapcache);
      return undefined;
    }
    const page = ksmMightNeedToCopy(swapcache, vma, address);
    if (page !== swapcache) return this.#mapFromSwap(fault, page, entry, swapcache);
    this.reuse.beforeSwapIn(page, isWrite(fault));
    return this.#mapFromSwap(fault, page, entry);
  }

  /**
   * The rest of do_swap_page(), with a locked page: in the swap cache, or not if this fault has made it.
   *
   * @param copied of a copy: the locked page of the swap cache that it is one of
   */
  #mapFromSwap(fault: VmFault, page: Page, entry: SwapEntry, copied?: Page): VmFaultReason {
    const { vma, address, origPte } = fault;
    const locked = lockPte(vma, address);
    const isSame = this.arch.pteSame(this.arch.ptepGet(locked.ptep), origPte);
    VM_BUG_ON(
      isSame && !PageUptodate(page),
      `${page.name} comes in from swap and is not up to date`,
    );
    const writable =
      isSame && this.#mapSwappedPage(fault, page, entry, locked, copied !== undefined);
    if (!isSame) pteUnmapUnlock(locked);
    unlockPage(page);
    if (!isSame) putPage(page);
    if (copied !== undefined) {
      // Kept locked until the slot is given up, so that it is not used again before pte_same().
      unlockPage(copied);
      putPage(copied);
    }
    if (!isSame) return undefined;
    if (isWrite(fault) && !writable)
      return this.doWpPage({ ...fault, origPte: this.arch.ptepGet(locked.ptep) }, locked);
    pteUnmapUnlock(locked);
    return writable ? 'VM_FAULT_WRITE' : undefined;
  }

  /** @returns whether a write is over with it. The reference of the lookup becomes that of the mapping */
  #mapSwappedPage(
    fault: VmFault,
    page: Page,
    entry: SwapEntry,
    { ptep }: LockedPte,
    isCopy: boolean,
  ): boolean {
    const { vma, address, origPte } = fault;
    VM_BUG_ON(PageAnonExclusive(page), `a swap entry refers to ${page.name}, which is exclusive`);
    const entryExclusive = this.arch.pteSwpExclusive(origPte);
    const { write, exclusive } = this.reuse.swapIn(page, entry, isWrite(fault), entryExclusive);
    const bare = this.arch.mkPte(page, vma.vmPageProt);
    const [pte, isWritten] = this.swapInWritable.forReads
      ? this.#writableIfExclusive(fault, restoreSwpBits(this.arch, bare, origPte), exclusive)
      : [this.#restored(write ? this.#maybeMkwriteDirty(bare, vma) : bare, origPte), write];
    if (isCopy) {
      this.rmap.pageAddNewAnonRmap(page, vma, address);
      lruCacheAdd(page);
    } else {
      this.rmap.pageAddAnonRmap(page, vma, address, exclusive);
    }
    this.arch.setPteAt(vma.mm, address, ptep, pte);
    this.reuse.swappedIn(entry);
    return isWritten;
  }

  /** @returns the entry, and whether a fault that writes is over with it */
  #writableIfExclusive(
    fault: VmFault,
    entry: Pte,
    exclusive: boolean,
  ): readonly [entry: Pte, isWritten: boolean] {
    const { vma } = fault;
    if (!exclusive || !vma.has(VM_WRITE) || awaitsWriteFault(vma, entry)) return [entry, false];
    const writable = this.arch.pteMkwrite(entry);
    return [isWrite(fault) ? this.arch.pteMkdirty(writable) : writable, true];
  }

  /** uffd-wp write-protects, too. */
  #restored(entry: Pte, swapPte: Pte): Pte {
    const pte = restoreSwpBits(this.arch, entry, swapPte);
    return this.arch.pteSwpUffdWp(swapPte) ? this.arch.pteWrprotect(pte) : pte;
  }

  /** A write through a read-only entry. Called with the PTL held, and returns without it. */
  @kernelFunction('mm/memory.c')
  doWpPage(fault: VmFault, locked: LockedPte): VmFaultReason {
    const { vma, address, origPte } = fault;
    const { userfaultfdCtx } = vma;
    // userfaultfd_pte_wp(). Who unshares writes nothing.
    if (userfaultfdCtx !== null && !isUnshare(fault) && this.arch.pteUffdWp(origPte)) {
      pteUnmapUnlock(locked);
      userfaultfdCtx.handleUserfault(vma, address);
      return undefined;
    }
    const page = vmNormalPage(this.memory, origPte);
    if (page === undefined) {
      if (vma.vmOps?.pfnMkwrite !== undefined) return this.fileFault.wpPfnShared(fault, locked);
      pteUnmapUnlock(locked);
      const isCopied = !isUnshare(fault) || this.unshare.copiesAnything;
      return isCopied ? this.wpPageCopy(fault, undefined) : undefined;
    }
    const fate = this.#fateOf(page, fault);
    if (fate === 'shared') {
      this.fileFault.wpPageShared(fault, page, locked, (at) => {
        this.wpPageReuse(fault, at);
      });
      return undefined;
    }
    if (fate === 'reuse') {
      // Nobody has written to a page that is unshared: its entry stays as it is.
      if (isUnshare(fault)) {
        pteUnmapUnlock(locked);
        return undefined;
      }
      this.wpPageReuse(fault, locked);
      return 'VM_FAULT_WRITE';
    }
    getPage(page);
    pteUnmapUnlock(locked);
    if (fate === 'copy') return this.wpPageCopy(fault, page);
    lockPage(page);
    unlockPage(page);
    putPage(page);
    return undefined;
  }

  /** What a write fault does with a page: its own to write to, another's to copy, or its file's. */
  #fateOf(page: Page, fault: VmFault): WriteProtectFate | 'shared' {
    const { vma, address } = fault;
    if (!PageAnon(page)) {
      if (isUnshare(fault) && !this.unshare.copiesAnything) return 'reuse';
      return vma.has(VM_WRITE) && vma.has(VM_SHARED) ? 'shared' : 'copy';
    }
    return PageKsm(page) ? this.ksmReuse.fateOf(page, vma, address) : this.reuse.fateOf(page);
  }

  @kernelFunction('mm/memory.c')
  wpPageReuse({ vma, address, origPte }: VmFault, locked: LockedPte): void {
    const entry = this.#maybeMkwriteDirty(this.arch.pteMkyoung(origPte), vma);
    this.arch.ptepSetAccessFlags(vma, address, locked.ptep, entry, true);
    pteUnmapUnlock(locked);
  }

  /** Maps a copy. The old page is read without the PTL, under a reference of the caller that ends here. */
  @kernelFunction('mm/memory.c')
  wpPageCopy(fault: VmFault, old: Page | undefined): VmFaultReason {
    const { mm } = fault.vma;
    const copy = this.memory.allocator.allocPage();
    if (old === undefined) copy.contents.clear();
    else copy.contents.copyFrom(old.contents);
    __SetPageUptodate(copy);
    const start = fault.address - (fault.address % mm.memory.pageSize);
    const unchanged = mmuNotified(mm, start, start + mm.memory.pageSize, () =>
      this.#replace(fault, old, copy),
    );
    if (!unchanged) putPage(copy);
    if (old !== undefined) {
      putPage(old);
      if (unchanged) putPage(old);
    }
    return unchanged && !isUnshare(fault) ? 'VM_FAULT_WRITE' : undefined;
  }

  /** @returns whether the entry was still that of the old page, and now is that of the copy */
  #replace(fault: VmFault, old: Page | undefined, copy: Page): boolean {
    const { vma, address, origPte } = fault;
    const locked = lockPte(vma, address);
    const unchanged = this.arch.pteSame(this.arch.ptepGet(locked.ptep), origPte);
    if (unchanged) {
      // The old entry is gone from every TLB before the new one is there: a CPU that still reads the
      // old page must not do so after another has written to the new.
      this.arch.ptepClearFlush(vma, address, locked.ptep);
      this.#mapNewPage(fault, copy, locked);
      if (old !== undefined) this.rmap.pageRemoveRmap(old);
    }
    pteUnmapUnlock(locked);
    return unchanged;
  }
}

/** pte_offset_map_lock(), where the table is known to be there. */
function lockPte(vma: Vma, address: VirtualAddress): LockedPte {
  const locked = pteOffsetMapLock(vma.mm, address);
  if (locked === undefined)
    throw new Error(`${vma.toString()} has no page table at 0x${address.toString(16)}`);
  return locked;
}
