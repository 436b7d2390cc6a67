import { inject, injectable } from '@pagerace/di';
import {
  atomicAddNegative,
  atomicInc,
  atomicIncAndTest,
  atomicSet,
  cell,
  type Cell,
  kernelFunction,
  nonatomicSetBit,
  smpMb,
  smpMbAfterAtomic,
  VM_BUG_ON,
} from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  ClearPageAnonExclusive,
  type LockedPte,
  makeReadableExclusiveMigrationEntry,
  makeReadableMigrationEntry,
  makeWritableMigrationEntry,
  type Mm,
  type Page,
  PageAnon,
  PageAnonExclusive,
  pageMapcount,
  pageMapped,
  pageMapping,
  pageMaybeDmaPinned,
  pageNeedsCowForDma,
  PageSwapBacked,
  PageSwapCache,
  type Pte,
  putPage,
  SetPageAnonExclusive,
  setPageDirty,
  SetPageSwapBacked,
  type SwapEntry,
  VM_LOCKED,
  VM_SHARED,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';
import { ANON_EXCLUSIVE, type AnonExclusive } from './anon-exclusive.js';
import { ARCH_UNMAP_ONE, type ArchUnmapOne } from './arch-unmap-one.js';
import { LAZY_FREE_LOG, type LazyFreeLog } from './lazy-free-log.js';
import { LAZY_FREE_RULE, type LazyFreeRule } from './lazy-free-rule.js';
import { pageVmaMappedWalk, pageVmaMappedWalkDone, PVMW_SYNC } from './page-vma-mapped.js';
import type { Rmap } from './rmap.js';
import { RMAP_NOTIFIER, type RmapNotifier } from './rmap-notifier.js';
import { rmapWalk } from './rmap-walk.js';
import { SWP_EXCLUSIVE, type SwpExclusive } from './swp-exclusive.js';
import type { TtuFlags } from './ttu-flags.js';
import { UNMAP_OF_PINNED, type UnmapOfPinned } from './unmap-of-pinned.js';
import { UNMAP_FLUSH, type UnmapFlush } from './unmap-flush.js';

/** mm/rmap.c, of v5.17 but for the seams. */
@injectable()
export class ReverseMapping implements Rmap {
  /** Whether arch_unmap_one() is going to fail; undefined where nobody wants it to. */
  #archUnmapOneFails: Cell<boolean> | undefined;

  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(SWAP) private readonly swap: Swap,
    @inject(UNMAP_FLUSH) private readonly flush: UnmapFlush,
    @inject(ARCH_UNMAP_ONE) private readonly archUnmap: ArchUnmapOne,
    @inject(LAZY_FREE_RULE) private readonly lazyFree: LazyFreeRule,
    @inject(ANON_EXCLUSIVE) private readonly exclusive: AnonExclusive,
    @inject(SWP_EXCLUSIVE) private readonly swpExclusive: SwpExclusive,
    @inject(LAZY_FREE_LOG) private readonly log: LazyFreeLog,
    @inject(RMAP_NOTIFIER) private readonly notifier: RmapNotifier,
    @inject(UNMAP_OF_PINNED) private readonly unmapOfPinned: UnmapOfPinned,
  ) {}

  @kernelFunction('mm/rmap.c')
  pageAddNewAnonRmap(page: Page, vma: Vma, address: VirtualAddress): void {
    if (!this.lazyFree.isDroppable(vma)) nonatomicSetBit(page.flags.bit('swapbacked'));
    // The first mapping: an ordinary store is enough, as nobody else can see the page yet.
    atomicSet(page.isHuge ? page.compoundMapcount : page._mapcount, 0);
    page.mapping.write(vma.anonVma);
    page.index.write(vma.pageIndex(address));
    if (this.exclusive.isTracked) SetPageAnonExclusive(page);
  }

  @kernelFunction('mm/rmap.c')
  pageAddAnonRmap(page: Page, vma: Vma, address: VirtualAddress, exclusive: boolean): void {
    const first = atomicIncAndTest(page._mapcount);
    if (first && !PageAnon(page)) {
      page.mapping.write(vma.anonVma);
      page.index.write(vma.pageIndex(address));
    }
    if (!this.exclusive.isTracked) return;
    VM_BUG_ON(
      !first && (exclusive || PageAnonExclusive(page)),
      `${page.name} is exclusive and mapped twice`,
    );
    if (exclusive) SetPageAnonExclusive(page);
  }

  @kernelFunction('mm/rmap.c')
  pageAddFileRmap(page: Page, compound: boolean): void {
    atomicInc(compound ? page.compoundMapcount : page._mapcount);
  }

  @kernelFunction('mm/rmap.c')
  pageRemoveRmap(page: Page, compound = false): void {
    atomicAddNegative(compound ? page.compoundMapcount : page._mapcount, -1);
  }

  @kernelFunction('include/linux/rmap.h')
  pageDupRmap(page: Page, compound: boolean): void {
    atomicInc(compound ? page.compoundMapcount : page._mapcount);
  }

  @kernelFunction('include/linux/rmap.h')
  pageTryDupAnonRmap(page: Page, compound: boolean, vma: Vma): boolean {
    // A page that is shared already needs no look: a pin is of a page that is exclusive.
    if (!this.exclusive.isTracked || PageAnonExclusive(page)) {
      if (pageNeedsCowForDma(vma, page)) return false;
      if (this.exclusive.isTracked) ClearPageAnonExclusive(page);
    }
    this.pageDupRmap(page, compound);
    return true;
  }

  @kernelFunction('mm/rmap.c')
  pageReferenced(page: Page): number {
    let mapcount = pageMapcount(page);
    if (mapcount === 0) return 0;
    let referenced = 0;
    rmapWalk(page, {
      rmapOne: (_page, vma, address) => {
        const mapped = pageVmaMappedWalk(page, vma, address);
        if (mapped === undefined) return true;
        if (this.arch.ptepTestAndClearYoung(vma, address, mapped.ptep)) referenced++;
        pageVmaMappedWalkDone(mapped);
        // The walk may end when as many entries were met as there were at its start.
        return --mapcount > 0;
      },
    });
    return referenced;
  }

  @kernelFunction('mm/rmap.c')
  pageMkclean(page: Page): number {
    if (!pageMapped(page) || pageMapping(page) === undefined) return 0;
    let cleaned = 0;
    rmapWalk(page, {
      rmapOne: (_page, vma, address) => {
        // invalid_mkclean_vma(): what a private mapping may write to are its own pages.
        if (vma.has(VM_SHARED) && this.pageMkcleanOne(page, vma, address)) cleaned++;
        return true;
      },
    });
    return cleaned;
  }

  /** @returns whether the entry was dirty or writable */
  @kernelFunction('mm/rmap.c')
  pageMkcleanOne(page: Page, vma: Vma, address: VirtualAddress): boolean {
    const { mm } = vma;
    return this.notifier.around(mm, address, () => {
      const mapped = pageVmaMappedWalk(page, vma, address, PVMW_SYNC);
      if (mapped === undefined) return false;
      const { ptep } = mapped;
      const pte = this.arch.ptepGet(ptep);
      if (!this.arch.pteDirty(pte) && !this.arch.pteWrite(pte)) {
        pageVmaMappedWalkDone(mapped);
        return false;
      }
      const cleared = this.arch.ptepClearFlush(vma, address, ptep);
      const clean = this.arch.pteMkclean(this.arch.pteWrprotect(cleared));
      this.arch.setPteAt(mm, address, ptep, clean);
      this.notifier.changed(mm, address, mapped);
      return true;
    });
  }

  @kernelFunction('mm/rmap.c')
  tryToUnmap(page: Page, flags: TtuFlags): void {
    rmapWalk(page, {
      rmapOne: (_page, vma, address) => this.tryToUnmapOne(page, vma, address, flags),
      done: (one) => !pageMapped(one),
    });
  }

  /**
   * Tries to remove the mapping of `page` at one address.
   *
   * @returns false if the page must stay mapped, and the walk is of no more use
   */
  @kernelFunction('mm/rmap.c')
  tryToUnmapOne(page: Page, vma: Vma, address: VirtualAddress, flags: TtuFlags): boolean {
    if (this.unmapOfPinned.keeps(page)) return false;
    const { mm } = vma;
    return this.notifier.around(mm, address, () => this.#unmapOne(page, vma, address, flags));
  }

  #unmapOne(page: Page, vma: Vma, address: VirtualAddress, flags: TtuFlags): boolean {
    const mapped = pageVmaMappedWalk(page, vma, address);
    if (mapped === undefined) return true;
    if (flags.ignoreMlock !== true && vma.has(VM_LOCKED)) {
      pageVmaMappedWalkDone(mapped);
      return false;
    }
    const anonExclusive = this.exclusive.isTracked && PageAnonExclusive(page);
    const mayDefer = !anonExclusive || this.exclusive.hasBarriers;
    const pteval = this.#nukePte(mapped, vma, address, flags, mayDefer);

    // Moves the dirty bit to the page, now that the entry is gone.
    if (this.arch.pteDirty(pteval)) setPageDirty(page);

    // A page of a file is found again by its index.
    const unmapped =
      !PageAnon(page) || this.#unmapAnon(page, vma, address, mapped, pteval, anonExclusive);
    if (!unmapped) {
      pageVmaMappedWalkDone(mapped);
      return false;
    }
    // discard:
    this.pageRemoveRmap(page);
    putPage(page);
    this.notifier.changed(vma.mm, address, mapped);
    return true;
  }

  @kernelFunction('mm/rmap.c')
  tryToMigrate(page: Page): void {
    rmapWalk(page, {
      rmapOne: (_page, vma, address) => this.tryToMigrateOne(page, vma, address),
      done: (one) => !pageMapped(one),
    });
  }

  /** @returns as {@link tryToUnmapOne} */
  @kernelFunction('mm/rmap.c')
  tryToMigrateOne(page: Page, vma: Vma, address: VirtualAddress): boolean {
    // Of June 2018, when this was a part of try_to_unmap_one().
    if (this.unmapOfPinned.keeps(page)) return false;
    return this.notifier.around(vma.mm, address, () => this.#migrateOne(page, vma, address));
  }

  #migrateOne(page: Page, vma: Vma, address: VirtualAddress): boolean {
    const mapped = pageVmaMappedWalk(page, vma, address);
    if (mapped === undefined) return true;
    const { ptep } = mapped;
    const anonExclusive = this.exclusive.isTracked && PageAnonExclusive(page);
    const pteval = this.arch.ptepClearFlush(vma, address, ptep);
    const isDirty = this.arch.pteDirty(pteval);
    const isWritable = this.arch.pteWrite(pteval);
    if (isDirty) setPageDirty(page);
    VM_BUG_ON(
      this.exclusive.isTracked && PageAnon(page) && isWritable && !anonExclusive,
      `${page.name} is mapped writable, and not exclusive`,
    );
    if (anonExclusive && !this.pageTryShareAnonRmap(page)) {
      this.arch.setPteAt(vma.mm, address, ptep, pteval);
      pageVmaMappedWalkDone(mapped);
      return false;
    }
    const entry = isWritable
      ? makeWritableMigrationEntry(page.pfn)
      : anonExclusive
        ? makeReadableExclusiveMigrationEntry(page.pfn)
        : makeReadableMigrationEntry(page.pfn);
    this.arch.setPteAt(vma.mm, address, ptep, this.#nonpresentPte(entry, pteval));
    this.pageRemoveRmap(page);
    putPage(page);
    this.notifier.changed(vma.mm, address, mapped);
    return true;
  }

  tryToUnmapFlush(): void {
    this.flush.tryToUnmapFlush();
  }

  tryToUnmapFlushDirty(): void {
    this.flush.tryToUnmapFlushDirty();
  }

  flushTlbBatchedPending(mm: Mm): void {
    this.flush.flushTlbBatchedPending(mm);
  }

  /** Clears the entry; with a deferred flush, a CPU may go on by the old one for a while. */
  #nukePte(
    { ptep }: LockedPte,
    vma: Vma,
    address: VirtualAddress,
    flags: TtuFlags,
    mayDefer: boolean,
  ): Pte {
    if (!mayDefer || !this.flush.shouldDeferFlush(vma.mm, flags)) {
      return this.arch.ptepClearFlush(vma, address, ptep);
    }
    const pteval = this.arch.ptepGetAndClear(vma.mm, address, ptep);
    this.flush.setTlbUbcFlushPending(vma.mm, this.arch.pteDirty(pteval));
    return pteval;
  }

  /** What takes the place of an anonymous page's entry. @returns whether the page is unmapped here */
  #unmapAnon(
    page: Page,
    vma: Vma,
    address: VirtualAddress,
    { ptep }: LockedPte,
    pteval: Pte,
    anonExclusive: boolean,
  ): boolean {
    const swapBacked = PageSwapBacked(page);
    VM_BUG_ON(
      swapBacked !== PageSwapCache(page),
      `${page.name} is being unmapped, ${swapBacked ? 'and has no swap slot' : 'lazyfree, from swap'}`,
    );
    if (!swapBacked) {
      // MADV_FREE page check.
      const fate = this.lazyFree.fateOf(page, vma);
      this.log.add({ page, vma, address, fate });
      if (fate === 'discard') return true;
      this.arch.setPteAt(vma.mm, address, ptep, pteval);
      if (fate === 'remap') SetPageSwapBacked(page);
      return false;
    }
    const entry: SwapEntry = page.private.read();
    const mayReplace = this.#useSlot(page, entry, anonExclusive);
    if (mayReplace) this.swap.mmlist.add(vma.mm);
    const pte = mayReplace ? this.#swapPte(entry, pteval, anonExclusive) : pteval;
    this.arch.setPteAt(vma.mm, address, ptep, pte);
    return mayReplace;
  }

  /** One more entry uses the slot, and the page is not exclusive any more. @returns false if it cannot be so */
  #useSlot(page: Page, entry: SwapEntry, anonExclusive: boolean): boolean {
    if (!this.swap.swapDuplicate(entry)) return false;
    if (!this.#archUnmapOne()) {
      if (this.archUnmap.failureFreesSlot) this.swap.swapFree(entry);
      return false;
    }
    if (!anonExclusive || this.pageTryShareAnonRmap(page)) return true;
    this.swap.swapFree(entry);
    return false;
  }

  failArchUnmapOne(): void {
    this.#archUnmapOneFails = cell(true, 'arch_unmap_one.fails');
  }

  /** arch_unmap_one(). @returns whether it has succeeded */
  #archUnmapOne(): boolean {
    if (this.#archUnmapOneFails === undefined || !this.archUnmap.isCalled) return true;
    return !this.#archUnmapOneFails.exchange(false);
  }

  #swapPte(entry: SwapEntry, pteval: Pte, anonExclusive: boolean): Pte {
    let swapPte = this.#nonpresentPte(entry, pteval);
    if (anonExclusive && this.swpExclusive.isKept) swapPte = this.arch.pteSwpMkexclusive(swapPte);
    return swapPte;
  }

  /** The entry that takes the place of `pteval`, with the bits that it keeps. */
  #nonpresentPte(entry: SwapEntry, pteval: Pte): Pte {
    let pte = this.arch.swpEntryToPte(entry);
    if (this.arch.pteSoftDirty(pteval)) pte = this.arch.pteSwpMksoftDirty(pte);
    if (this.arch.pteUffdWp(pteval)) pte = this.arch.pteSwpMkuffdWp(pte);
    return pte;
  }

  pageTryShareAnonRmap(page: Page): boolean {
    // Pairs with the full barrier of GUP-fast between its reference and its second look at the entry.
    if (this.exclusive.hasBarriers) smpMb('page_try_share_anon_rmap');
    if (pageMaybeDmaPinned(page)) return false;
    ClearPageAnonExclusive(page);
    if (this.exclusive.hasBarriers) smpMbAfterAtomic('page_try_share_anon_rmap');
    return true;
  }
}
