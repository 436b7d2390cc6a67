import {
  GUP_UNSHARE_RULE,
  type GupUnshareRule,
  PIN_ORDERING,
  type PinOrdering,
} from '@pagerace/cow';
import { inject, injectable } from '@pagerace/di';
import {
  kernelFunction,
  localIrqRestore,
  localIrqSave,
  rawReadSeqcount,
  readSeqcountRetry,
  setBit,
  testBit,
  Violation,
} from '@pagerace/machine';
import {
  __putPage,
  ARCHITECTURE,
  type Architecture,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
  hugeSubpage,
  markPageAccessed,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  PageDirty,
  pageRefSubAndTest,
  PIN_COUNTING,
  type PinCounting,
  pmdLock,
  pmdUnlock,
  type PmdWalk,
  type Pte,
  pteOffsetMap,
  type PteWalk,
  putPage,
  setPageDirty,
  SetPageReferenced,
  tryGetCompoundHead,
  tryGetPage,
  unpinUserPage,
  type VirtualAddress,
  VM_SHARED,
  VM_WRITE,
  type Vma,
  waitOnPageWriteback,
  walkToPmd,
  withPteLocked,
} from '@pagerace/page-model';
import { PAGES_GIVEN_OUT, type PagesGivenOut } from './pages-given-out.js';
import { DIRTY_RULE, type DirtyRule } from './dirty-rule.js';
import type { GetUserPages } from './get-user-pages.js';
import { GUP_AND_WRITEBACK, type GupAndWriteback } from './gup-and-writeback.js';
import { GUP_COW_BREAK, type GupCowBreak } from './gup-cow-break.js';
import { GUP_CONFIG, type GupConfig } from './gup-config.js';
import { GUP_FAST_LOG, type GupFastLog } from './gup-fast-log.js';
import { GUP_FAST_RECHECK, type GupFastRecheck } from './gup-fast-recheck.js';
import { GUP_FAST_REFERENCE, type GupFastReference } from './gup-fast-reference.js';
import { GUP_FAST_TOUCH, type GupFastTouch } from './gup-fast-touch.js';
import type { GupFlags } from './gup-flags.js';
import { LONGTERM_WRITE, type LongtermWrite } from './longterm-write.js';
import { GUP_FORCE_WRITE, type GupForceWrite } from './gup-force-write.js';

/** Why no reference is given out: the page must be faulted in, or its count has no room for one more. */
type NotFollowed = 'absent' | 'shared' | 'overflow';

/** mm/gup.c, of v5.17 but for the seams. */
@injectable()
export class UserPages implements GetUserPages {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(FAULT_HANDLER) private readonly faultHandler: FaultHandler,
    @inject(GUP_CONFIG) private readonly config: GupConfig,
    @inject(GUP_FAST_LOG) private readonly log: GupFastLog,
    @inject(GUP_FAST_REFERENCE) private readonly reference: GupFastReference,
    @inject(GUP_FAST_RECHECK) private readonly recheck: GupFastRecheck,
    @inject(GUP_FAST_TOUCH) private readonly fastTouch: GupFastTouch,
    @inject(GUP_UNSHARE_RULE) private readonly unshare: GupUnshareRule,
    @inject(PIN_ORDERING) private readonly pinOrdering: PinOrdering,
    @inject(GUP_COW_BREAK) private readonly cowBreak: GupCowBreak,
    @inject(GUP_AND_WRITEBACK) private readonly andWriteback: GupAndWriteback,
    @inject(LONGTERM_WRITE) private readonly longtermWrite: LongtermWrite,
    @inject(PIN_COUNTING) private readonly counting: PinCounting,
    @inject(GUP_FORCE_WRITE) private readonly force: GupForceWrite,
    @inject(DIRTY_RULE) private readonly dirty: DirtyRule,
    @inject(PAGES_GIVEN_OUT) private readonly givenOut: PagesGivenOut,
  ) {}

  @kernelFunction('mm/gup.c', 'internal_get_user_pages_fast')
  getUserPagesFast(mm: Mm, start: VirtualAddress, pages: number, flags: GupFlags): readonly Page[] {
    if (flags.pin === true) this.mmSetHasPinnedFlag(mm);
    const fast = this.locklessPagesFromMm(mm, start, pages, this.cowBreak.fastFlags(flags));
    this.givenOut.note(fast);
    if (fast.length === pages || flags.fastOnly === true) return fast;
    const done = fast.length;
    const rest = start + done * this.memory.pageSize;
    return [...fast, ...this.getUserPagesUnlocked(mm, rest, pages - done, flags)];
  }

  @kernelFunction('mm/gup.c')
  getUserPagesUnlocked(
    mm: Mm,
    start: VirtualAddress,
    pages: number,
    flags: GupFlags,
  ): readonly Page[] {
    mmapReadLock(mm);
    // __get_user_pages_locked().
    if (flags.pin === true) this.mmSetHasPinnedFlag(mm);
    const got: Page[] = [];
    while (got.length < pages) {
      const page = this.#getUserPage(mm, start + got.length * this.memory.pageSize, flags);
      if (page === undefined) break;
      got.push(page);
    }
    this.givenOut.note(got);
    mmapReadUnlock(mm);
    return got;
  }

  /** Without the test, each pin would take the cache line from the other CPUs. */
  @kernelFunction('mm/gup.c')
  mmSetHasPinnedFlag({ hasPinned }: Mm): void {
    if (!testBit(hasPinned)) setBit(hasPinned);
  }

  release(page: Page, flags: GupFlags): void {
    if (this.counting.isPin(flags)) unpinUserPage(page);
    else putPage(page);
  }

  setPageDirtyLock(page: Page): void {
    this.dirty.setPageDirtyLock(page);
  }

  @kernelFunction('mm/gup.c', 'unpin_user_pages_dirty_lock')
  releaseDirty(page: Page, flags: GupFlags): void {
    this.dirty.markDirty(page);
    this.release(page, flags);
  }

  // ---- fast: no lock, but interrupts off, so that tables that are freed after an IPI stay ----

  @kernelFunction('mm/gup.c')
  locklessPagesFromMm(
    mm: Mm,
    start: VirtualAddress,
    pages: number,
    flags: GupFlags,
  ): readonly Page[] {
    if (!this.config.haveFastGup) return [];
    // While fork write-protects, a pin could come too late for it to see, and too early to be refused
    // by the entry (57efa1fe5957, v5.11; block direct I/O, the only user here, pins since v6.5).
    const seq = flags.pin === true ? rawReadSeqcount(mm.writeProtectSeq) : 0;
    if (seq % 2 === 1) return [];
    localIrqSave();
    const got: Page[] = [];
    while (got.length < pages) {
      const address = start + got.length * this.memory.pageSize;
      if (!this.gupPmdRange(mm, address, pages - got.length, flags, got)) break;
    }
    localIrqRestore();
    if (flags.pin === true && readSeqcountRetry(mm.writeProtectSeq, seq)) {
      for (const page of got) unpinUserPage(page);
      return [];
    }
    return got;
  }

  /**
   * gup_pmd_range(), for the pages that one entry maps of those asked for.
   *
   * @param got takes them up
   * @returns false if the slow path must see to them
   */
  @kernelFunction('mm/gup.c')
  gupPmdRange(
    mm: Mm,
    address: VirtualAddress,
    pages: number,
    flags: GupFlags,
    got: Page[],
  ): boolean {
    const above = walkToPmd(mm, address);
    if (above === undefined || !this.arch.pmdPresent(above.pmd)) return false;
    if (this.arch.pmdTransHuge(above.pmd))
      return this.gupHugePmd(above, address, pages, flags, got);
    // From here on the entry goes by its value: the table is the one that it pointed to.
    const walk = pteOffsetMap(mm, above, address);
    if (walk === undefined) return false;
    const readJunk = !walk.table.isStillOf(walk.pmdp);
    const page = this.gupPteRange(walk, flags);
    this.log.add({ address, readJunk, page });
    if (page === undefined) return false;
    got.push(page);
    return true;
  }

  /** As {@link UserPages.gupPmdRange}; all of its references are taken at once. */
  @kernelFunction('mm/gup.c')
  gupHugePmd(
    { pmdp, pmd }: PmdWalk,
    address: VirtualAddress,
    pages: number,
    flags: GupFlags,
    got: Page[],
  ): boolean {
    const pte = this.arch.pmdPte(pmd);
    if (!this.arch.pteAccessPermitted(pte, flags.write === true)) return false;
    const page = hugeSubpage(this.memory, pmd, address);
    // record_subpages().
    const behind = this.memory.hpagePmdNr - (page.pfn - page.head.pfn);
    const refs = Math.min(pages, behind);
    if (!this.tryGrabPageLockless(page, refs, flags)) return false;
    if (this.arch.pmdpGet(pmdp) !== pmd) {
      this.memory.gupCounters.backedOff(page, true);
      this.putCompoundHead(page, refs, flags);
      return false;
    }
    // As long as a huge page is mapped as one, its head alone is marked exclusive.
    const mustUnshare = !this.arch.pteWrite(pte) && this.unshare.mustUnshare(page.head, flags);
    if (mustUnshare || !this.longtermWrite.isAllowedFast(page, flags)) {
      this.putCompoundHead(page, refs, flags);
      return false;
    }
    SetPageReferenced(page);
    for (let nth = 0; nth < refs; nth++) got.push(this.memory.pageAt(page.pfn + nth));
    return true;
  }

  /** gup_pte_range(), for one entry. */
  @kernelFunction('mm/gup.c')
  gupPteRange(walk: PteWalk, flags: GupFlags): Page | undefined {
    const pte = this.arch.ptepGetLockless(walk.ptep);
    if (this.arch.pteProtnone(pte)) return undefined;
    // A clean entry passes if it is writable, and stays clean.
    if (!this.arch.pteAccessPermitted(pte, flags.write === true)) return undefined;
    if (this.arch.pteSpecial(pte)) return undefined;

    const page = this.memory.pageAt(this.arch.ptePfn(pte));
    // pte_devmap(): the slow path looks whether the mapping is one of DAX.
    if (page.isZoneDevice && flags.longterm === true) return undefined;
    // The page may be free by now, or another's: the reference is only a try.
    if (!this.tryGrabPageLockless(page, 1, flags)) return undefined;
    this.fastTouch.touch(this.arch, page, pte, flags);
    // Whoever removes the entry does so before he looks at the references.
    if (!this.recheck.isUnchanged(this.arch, walk, pte)) {
      this.memory.gupCounters.backedOff(page, false);
      this.putCompoundHead(page, 1, flags);
      return undefined;
    }
    const mustUnshare = !this.arch.pteWrite(pte) && this.unshare.mustUnshare(page, flags);
    if (
      mustUnshare ||
      !this.longtermWrite.isAllowedFast(page, flags) ||
      this.andWriteback.refuses(page, flags)
    ) {
      this.putCompoundHead(page, 1, flags);
      return undefined;
    }
    SetPageReferenced(page);
    return page;
  }

  /**
   * References to `refs` pages, from the page on, that one entry maps.
   *
   * @returns whether the page had a reference before
   */
  @kernelFunction('mm/gup.c', 'try_grab_compound_head')
  tryGrabPageLockless(page: Page, refs: number, flags: GupFlags): boolean {
    const pin = this.counting.isPin(flags);
    if (!pin) {
      if (!tryGetCompoundHead(page, refs, this.reference)) return false;
    } else if (this.counting.tryPin(page, refs, this.reference)) {
      this.pinOrdering.afterPin();
    } else {
      return false;
    }
    this.memory.gupCounters.requestedFast(page, refs, pin);
    return true;
  }

  @kernelFunction('mm/gup.c')
  putCompoundHead(page: Page, refs: number, flags: GupFlags): void {
    if (this.counting.isPin(flags)) this.counting.backOff(page, refs);
    else if (pageRefSubAndTest(page, refs)) __putPage(page);
  }

  // ---- slow: mmap_lock, the PTL, and page faults ----

  /** __get_user_pages(), for one page. @returns undefined for -ENOMEM or -EOVERFLOW: its count has no room */
  #getUserPage(mm: Mm, address: VirtualAddress, asked: GupFlags): Page | undefined {
    const vma = mm.findVma(address);
    if (vma === undefined) {
      throw new Violation('EFAULT', `${mm.name} has nothing mapped at 0x${address.toString(16)}`);
    }
    // check_vma_flags().
    const mayForce = asked.force === true && !vma.has(VM_SHARED);
    if (asked.write === true && !vma.has(VM_WRITE) && !mayForce) {
      throw new Violation('EFAULT', `${vma.toString()} may not be written to`);
    }
    // -EOPNOTSUPP, of vma_is_fsdax(): a file system cannot wait for who holds its blocks for long.
    if (asked.longterm === true && vma.file?.isDax === true) return undefined;
    if (asked.write === true && !this.longtermWrite.isAllowedIn(vma, asked)) return undefined;
    const flags = this.cowBreak.slowFlags(asked, vma);
    let mayRefuse = true;
    // FOLL_COW.
    let isCowBroken = false;
    for (;;) {
      const found = this.followPagePte(vma, address, flags, isCowBroken);
      if (found === 'overflow') return undefined;
      if (!(found instanceof Object)) {
        if (this.faultinPage(vma, address, flags, found)) isCowBroken = true;
        continue;
      }
      if (!mayRefuse || !this.andWriteback.refuses(found, flags)) return found;
      mayRefuse = this.andWriteback.waits;
      if (mayRefuse) waitOnPageWriteback(found);
      this.release(found, flags);
      this.faultinPage(vma, address, flags, 'absent');
    }
  }

  /** @returns the page with a reference, or why not */
  @kernelFunction('mm/gup.c')
  followPagePte(
    vma: Vma,
    address: VirtualAddress,
    flags: GupFlags,
    isCowBroken: boolean,
  ): Page | NotFollowed {
    const huge = this.followTransHugePmd(vma, address, flags);
    if (huge !== undefined) return huge;
    const found = withPteLocked(vma.mm, address, (ptep) => {
      const pte = this.arch.ptepGet(ptep);
      if (!this.arch.ptePresent(pte)) return 'absent';
      const page = this.memory.pageAt(this.arch.ptePfn(pte));
      if (flags.write === true && !this.arch.pteWrite(pte)) {
        // FOLL_FORCE is of no effect where a write fault makes the entry writable.
        const mayForce = flags.force === true && !vma.has(VM_WRITE);
        if (!mayForce || !this.force.canFollowWritePte(pte, page, isCowBroken)) return 'absent';
      }
      if (!this.arch.pteWrite(pte) && this.unshare.mustUnshare(page, flags, vma)) return 'shared';
      // Under the PTL the mapping keeps the page, so that an unordered increment is enough.
      if (!this.tryGrabPage(page, false, flags)) return 'overflow';
      this.#touch(page, pte, flags);
      return page;
    });
    return found ?? 'absent';
  }

  /** @returns as {@link followPagePte}; undefined where no huge page is mapped */
  @kernelFunction('mm/huge_memory.c')
  followTransHugePmd(
    vma: Vma,
    address: VirtualAddress,
    flags: GupFlags,
  ): Page | NotFollowed | undefined {
    const { mm } = vma;
    if (!this.memory.hasHugePages) return undefined;
    const above = walkToPmd(mm, address);
    if (above === undefined || !this.arch.pmdTransHuge(above.pmd)) return undefined;
    pmdLock(mm);
    const pmd = this.arch.pmdpGet(above.pmdp);
    const found = this.arch.pmdTransHuge(pmd)
      ? this.#followHuge(vma, pmd, address, flags)
      : undefined;
    pmdUnlock(mm);
    return found;
  }

  #followHuge(vma: Vma, pmd: Pte, address: VirtualAddress, flags: GupFlags): Page | NotFollowed {
    const pte = this.arch.pmdPte(pmd);
    if (flags.write === true && !this.arch.pteWrite(pte)) return 'absent';
    const page = hugeSubpage(this.memory, pmd, address);
    if (!this.arch.pteWrite(pte) && this.unshare.mustUnshare(page.head, flags, vma))
      return 'shared';
    if (!this.tryGrabPage(page, true, flags)) return 'overflow';
    this.#touch(page, pte, flags);
    return page;
  }

  /**
   * @param wholeMapped by an entry of a huge page
   * @returns false if the count of the page has no room
   */
  @kernelFunction('mm/gup.c')
  tryGrabPage(page: Page, wholeMapped: boolean, flags: GupFlags): boolean {
    const pin = this.counting.isPin(flags);
    // The references of the zero page nobody counts, and since v6.5 it is not pinned (c8070b787519).
    if (!page.isZeroPage) {
      if (!(pin ? this.counting.pin(page, wholeMapped) : tryGetPage(page))) return false;
    }
    this.memory.gupCounters.requestedSlow(page, wholeMapped, pin);
    return true;
  }

  /**
   * FOLL_TOUCH, which get_user_pages() always sets: a page that will be written to is dirty from now
   * on. Under the PTL, so that whoever unmaps the page sees the bit or has removed the entry before.
   */
  #touch(page: Page, pte: Pte, { write }: GupFlags): void {
    if (write === true && !this.arch.pteDirty(pte) && !PageDirty(page)) setPageDirty(page);
    markPageAccessed(page);
  }

  /** @returns whether a write fault has done what copy-on-write asks for */
  @kernelFunction('mm/gup.c')
  faultinPage(
    vma: Vma,
    address: VirtualAddress,
    { write }: GupFlags,
    because: Exclude<NotFollowed, 'overflow'>,
  ): boolean {
    const flags =
      (write === true ? FAULT_FLAG_WRITE : 0) | (because === 'shared' ? FAULT_FLAG_UNSHARE : 0);
    const reason = this.faultHandler.handleMmFault(vma, address, flags);
    if (reason === 'VM_FAULT_SIGBUS') {
      throw new Violation(
        'EFAULT',
        `${vma.toString()}'s file ends before 0x${address.toString(16)}`,
      );
    }
    return reason === 'VM_FAULT_WRITE';
  }
}
