import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import {
  downWrite,
  kernelFunction,
  spinLock,
  spinLockNested,
  spinUnlock,
  upWrite,
} from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  getPage,
  lockPage,
  MEMORY,
  type Memory,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  mmuNotified,
  type Page,
  PageAnonExclusive,
  pageMaybeDmaPinned,
  pteAlloc,
  type Pte,
  type PteWalk,
  putPage,
  unlockPage,
  type VirtualAddress,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';

export const UFFDIO_MOVE = token<UffdioMove>('userfaultfd.UffdioMove', {
  providedBy: ['@pagerace/userfaultfd'],
});

/** What UFFDIO_MOVE says of one page: 0, or an error. */
export type MoveResult = 0 | '-EBUSY' | '-EAGAIN' | '-EEXIST' | '-EINVAL' | '-ENOENT';

export interface UffdioMove {
  /** Moves what is at `src` to `dst`, where nothing is: what the process alone has, by its flag or its marker. */
  movePages(mm: Mm, dst: VirtualAddress, src: VirtualAddress): MoveResult;
}

/** userfaultfd_ioctl() knows no such command. */
@injectable()
export class NoUffdioMove implements UffdioMove {
  movePages(_mm: Mm, _dst: VirtualAddress, _src: VirtualAddress): MoveResult {
    return '-EINVAL';
  }
}

const SINGLE_DEPTH_NESTING = 1;

/** move_pages() of mm/userfaultfd.c, v6.8, for one small page, with mmap_lock; the zero page is not met. */
@injectable()
export class MovePages implements UffdioMove {
  /** Whether the page of the swap cache that a swap entry leads to learns of its new address. */
  protected readonly movesSwapcache: boolean = false;

  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(SWAP) private readonly swap: Swap,
  ) {}

  @kernelFunction('mm/userfaultfd.c')
  movePages(mm: Mm, dst: VirtualAddress, src: VirtualAddress): MoveResult {
    mmapReadLock(mm);
    const dstVma = mm.findVma(dst)!;
    const srcVma = mm.findVma(src)!;
    pteAlloc(mm, dst);
    const result = mmuNotified(mm, src, src + this.memory.pageSize, () =>
      this.movePagesPte(dstVma, srcVma, dst, src),
    );
    mmapReadUnlock(mm);
    return result;
  }

  @kernelFunction('mm/userfaultfd.c')
  movePagesPte(dstVma: Vma, srcVma: Vma, dst: VirtualAddress, src: VirtualAddress): MoveResult {
    const to = walkToPte(dstVma.mm, dst)!;
    const from = walkToPte(srcVma.mm, src);
    if (from === undefined) return '-ENOENT';
    const origDst = this.#ptepGetLocked(to);
    if (!this.arch.pteNone(origDst)) return '-EEXIST';
    const origSrc = this.#ptepGetLocked(from);
    if (this.arch.pteNone(origSrc)) return '-ENOENT';
    if (!this.arch.ptePresent(origSrc))
      return this.moveSwapPte(dstVma, dst, src, to, from, origSrc);
    const page = this.#getSource(from, origSrc);
    if (typeof page === 'string') return page;
    lockPage(page);
    const { anonVma } = srcVma;
    // page_referenced() walks without the page lock.
    downWrite(anonVma!.rwsem);
    const result = this.movePresentPte(dstVma, srcVma, dst, src, to, from, origSrc, page);
    upWrite(anonVma!.rwsem);
    unlockPage(page);
    putPage(page);
    return result;
  }

  /** @returns the page with a reference, if the process alone has it */
  #getSource({ table, ptep }: PteWalk, origSrc: Pte): Page | '-EBUSY' | '-EAGAIN' {
    spinLock(table.ptl);
    const page = this.memory.pageAt(this.arch.ptePfn(origSrc));
    const unchanged = this.arch.pteSame(this.arch.ptepGet(ptep), origSrc);
    const isExclusive = unchanged && PageAnonExclusive(page);
    if (isExclusive) getPage(page);
    spinUnlock(table.ptl);
    if (!unchanged) return '-EAGAIN';
    return isExclusive ? page : '-EBUSY';
  }

  @kernelFunction('mm/userfaultfd.c')
  movePresentPte(
    dstVma: Vma,
    srcVma: Vma,
    dst: VirtualAddress,
    src: VirtualAddress,
    to: PteWalk,
    from: PteWalk,
    origSrc: Pte,
    page: Page,
  ): MoveResult {
    return this.#withBothLocked(to, from, origSrc, () => {
      if (pageMaybeDmaPinned(page) || !PageAnonExclusive(page)) return '-EBUSY';
      const cleared = this.arch.ptepClearFlush(srcVma, src, from.ptep);
      if (pageMaybeDmaPinned(page)) {
        this.arch.setPteAt(srcVma.mm, src, from.ptep, cleared);
        return '-EBUSY';
      }
      this.#moveAnonRmap(page, dstVma, dst);
      const pte = this.arch.pteMkdirty(this.arch.mkPte(page, dstVma.vmPageProt));
      this.arch.setPteAt(dstVma.mm, dst, to.ptep, this.arch.pteMkwrite(pte));
      return 0;
    });
  }

  @kernelFunction('mm/userfaultfd.c')
  moveSwapPte(
    dstVma: Vma,
    dst: VirtualAddress,
    src: VirtualAddress,
    to: PteWalk,
    from: PteWalk,
    origSrc: Pte,
  ): MoveResult {
    if (!this.arch.pteSwpExclusive(origSrc)) return '-EBUSY';
    const page = this.#lockSwapcache(origSrc);
    const result = this.#withBothLocked(to, from, origSrc, () => {
      if (page !== undefined) this.#moveAnonRmap(page, dstVma, dst);
      const pte = this.arch.ptepGetAndClear(dstVma.mm, src, from.ptep);
      this.arch.setPteAt(dstVma.mm, dst, to.ptep, pte);
      return 0;
    });
    if (page !== undefined) {
      unlockPage(page);
      putPage(page);
    }
    return result;
  }

  /** @returns the page of the swap cache that is moved with its entry, locked */
  #lockSwapcache(swapPte: Pte): Page | undefined {
    if (!this.movesSwapcache) return undefined;
    const page = this.swap.lookupSwapCache(this.arch.pteToSwpEntry(swapPte));
    if (page !== undefined) lockPage(page);
    return page;
  }

  /** folio_move_anon_rmap(), and the new index. */
  #moveAnonRmap(page: Page, vma: Vma, address: VirtualAddress): void {
    page.mapping.write(vma.anonVma);
    page.index.write(vma.pageIndex(address));
  }

  /** double_pt_lock(), and a second look at both entries. */
  #withBothLocked(to: PteWalk, from: PteWalk, origSrc: Pte, move: () => MoveResult): MoveResult {
    const [first, second] =
      to.table.pfn < from.table.pfn ? [to.table, from.table] : [from.table, to.table];
    spinLock(first.ptl);
    if (first !== second) spinLockNested(second.ptl, SINGLE_DEPTH_NESTING);
    const unchanged =
      this.arch.pteSame(this.arch.ptepGet(from.ptep), origSrc) &&
      this.arch.pteNone(this.arch.ptepGet(to.ptep));
    const result = unchanged ? move() : '-EAGAIN';
    if (first !== second) spinUnlock(second.ptl);
    spinUnlock(first.ptl);
    return result;
  }

  #ptepGetLocked({ table, ptep }: PteWalk): Pte {
    spinLock(table.ptl);
    const pte = this.arch.ptepGet(ptep);
    spinUnlock(table.ptl);
    return pte;
  }
}

/** The same, v6.14. */
@injectable()
export class MoveSwapcache extends MovePages {
  protected override readonly movesSwapcache = true;
}

export const uffdioMove = commit({
  id: 'uffdio-move',
  title: 'userfaultfd: UFFDIO_MOVE uABI',
  commit: 'adef440691ba',
  since: 'v6.8',
});

export const uffdioMoveSwapcache = commit({
  id: 'uffdio-move-swapcache',
  title: 'mm: fix kernel BUG when userfaultfd_move encounters swapcache',
  commit: 'c50f8e6053b0503375c2975bf47f182445aebb4c',
  since: 'v6.14',
});

export const uffdioMoveHistory = history(UFFDIO_MOVE, 'mm/userfaultfd.c:move_pages()', [
  asOf('v4.12', NoUffdioMove),
  since(uffdioMove, MovePages),
  since(uffdioMoveSwapcache, MoveSwapcache),
]);
