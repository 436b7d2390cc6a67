import { inject, injectable, token } from '@pagerace/di';
import { ksmMightNeedToCopy } from '@pagerace/ksm';
import { kernelFunction, VM_BUG_ON } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  getPage,
  lockPage,
  lruCacheAdd,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  PageAnonExclusive,
  PageWriteback,
  type Pte,
  pteOffsetMap,
  pteOffsetMapLock,
  pteUnmap,
  pteUnmapUnlock,
  putPage,
  type SwapEntry,
  unlockPage,
  type VirtualAddress,
  type Vma,
  waitOnPageWriteback,
  walkToPmd,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import { restoreSwpBits } from './restore-swp-bits.js';
import { UNUSE_MARKER, type UnuseMarker } from './unuse-marker.js';

export const SWAPOFF = token<Swapoff>('fault.Swapoff', { providedBy: ['@pagerace/fault'] });

/** swapoff(2), as far as it concerns those who have pages on the device. */
export interface Swapoff {
  /**
   * swapoff(2): the device gets no more pages, its pages are brought back, and its tables freed, once nobody uses
   * them.
   *
   * @param passes as of {@link tryToUnuse}
   * @returns false for -EINTR: the device stays
   */
  swapoff(passes?: number): boolean;
  /**
   * try_to_unuse(): brings every page of the device back into the page tables, read-only. It begins again until no
   * slot is used, or a signal is pending.
   *
   * @param passes after how many of them a signal is pending. Default 1
   * @returns whether no slot is used
   */
  tryToUnuse(passes?: number): boolean;
}

/** mm/swapfile.c, v5.17 and v5.19, for private anonymous mappings. */
@injectable()
export class SwapUnuse implements Swapoff {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
    @inject(UNUSE_MARKER) private readonly marker: UnuseMarker,
  ) {}

  @kernelFunction('mm/swapfile.c')
  swapoff(passes?: number): boolean {
    this.swap.beginSwapoff();
    const isUnused = this.tryToUnuse(passes);
    if (isUnused) this.swap.endSwapoff();
    else this.swap.reinsertSwapInfo();
    return isUnused;
  }

  @kernelFunction('mm/swapfile.c')
  tryToUnuse(passes = 1): boolean {
    for (let pass = 0; pass < passes && this.swap.isInUse(); pass++) {
      this.#unuseMms();
      this.#unuseSwapCache();
    }
    return !this.swap.isInUse();
  }

  #unuseMms(): void {
    let mm = this.swap.mmlist.next();
    while (mm !== undefined && this.swap.isInUse()) {
      this.unuseMm(mm);
      mm = this.swap.mmlist.next(mm);
    }
  }

  /** Pages that no entry leads to any more. */
  #unuseSwapCache(): void {
    for (const page of this.swap.pagesInSwapCache()) {
      lockPage(page);
      waitOnPageWriteback(page);
      this.swap.tryToFreeSwap(page);
      unlockPage(page);
      putPage(page);
    }
  }

  @kernelFunction('mm/swapfile.c')
  unuseMm(mm: Mm): void {
    mmapReadLock(mm);
    for (const vma of mm.vmas) {
      if (vma.anonVma !== null) this.unusePteRange(vma);
    }
    mmapReadUnlock(mm);
  }

  @kernelFunction('mm/swapfile.c')
  unusePteRange(vma: Vma): void {
    for (let address = vma.start; address < vma.end; address += this.memory.pageSize) {
      const pte = this.#look(vma.mm, address);
      if (!this.arch.isSwapPte(pte)) continue;
      const entry = this.arch.pteToSwpEntry(pte);
      const page = this.swap.lookupSwapCache(entry) ?? this.swap.swapinReadahead(entry);
      // The slot is unused by now.
      if (page === undefined) continue;
      lockPage(page);
      waitOnPageWriteback(page);
      this.unusePte(vma, address, entry, page);
      this.swap.tryToFreeSwap(page);
      unlockPage(page);
      putPage(page);
    }
  }

  /** The entry, without the PTL. */
  #look(mm: Mm, address: VirtualAddress): Pte {
    const above = walkToPmd(mm, address);
    const walk = above === undefined ? undefined : pteOffsetMap(mm, above, address);
    if (walk === undefined) return this.arch.none;
    const pte = this.arch.ptepGet(walk.ptep);
    pteUnmap(walk);
    return pte;
  }

  /** Maps the page, which is locked, if the entry is still that of the slot. */
  @kernelFunction('mm/swapfile.c')
  unusePte(vma: Vma, address: VirtualAddress, entry: SwapEntry, swapcache: Page): void {
    const page = ksmMightNeedToCopy(swapcache, vma, address);
    const isCopy = page !== swapcache;
    const locked = pteOffsetMapLock(vma.mm, address)!;
    const pte = this.arch.ptepGet(locked.ptep);
    // pte_same_as_swp().
    if (this.arch.pteSame(this.#withoutFlags(pte), this.arch.swpEntryToPte(entry))) {
      VM_BUG_ON(PageAnonExclusive(page), `a swap entry refers to ${page.name}, which is exclusive`);
      getPage(page);
      if (isCopy) {
        this.rmap.pageAddNewAnonRmap(page, vma, address);
        lruCacheAdd(page);
      } else {
        VM_BUG_ON(PageWriteback(page), `${page.name} is brought back under writeback`);
        const isExclusive = this.marker.isRestored && this.arch.pteSwpExclusive(pte);
        this.rmap.pageAddAnonRmap(page, vma, address, isExclusive);
      }
      const old = this.arch.pteMkold(this.arch.mkPte(page, vma.vmPageProt));
      this.arch.setPteAt(vma.mm, address, locked.ptep, restoreSwpBits(this.arch, old, pte));
      this.swap.swapFree(entry);
    }
    pteUnmapUnlock(locked);
    if (!isCopy) return;
    unlockPage(page);
    putPage(page);
  }

  /** pte_swp_clear_flags(). */
  #withoutFlags(pte: Pte): Pte {
    const { arch } = this;
    let bare = pte;
    if (this.marker.isStripped && arch.pteSwpExclusive(bare))
      bare = arch.pteSwpClearExclusive(bare);
    if (arch.pteSwpSoftDirty(bare)) bare = arch.pteSwpClearSoftDirty(bare);
    if (arch.pteSwpUffdWp(bare)) bare = arch.pteSwpClearUffdWp(bare);
    return bare;
  }
}
