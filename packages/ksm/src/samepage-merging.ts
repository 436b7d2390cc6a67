import { inject, injectable } from '@pagerace/di';
import { kernelFunction, VM_BUG_ON } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_HANDLER,
  type FaultHandler,
  getPage,
  lockPage,
  markPageAccessed,
  mmapReadLock,
  mmapReadUnlock,
  mmuNotified,
  MEMORY,
  type Memory,
  type Page,
  PageAnon,
  PageAnonExclusive,
  pageCount,
  PageDirty,
  PageKsm,
  pageMapcount,
  pageMapped,
  PageSwapCache,
  type Pte,
  pteOffsetMapLock,
  pteUnmapUnlock,
  type Ptep,
  putPage,
  type RmapItem,
  SetPageDirty,
  setPageDirty,
  StableNode,
  trylockPage,
  unlockPage,
  type VirtualAddress,
  type Vma,
  withPteLocked,
} from '@pagerace/page-model';
import {
  ANON_EXCLUSIVE,
  type AnonExclusive,
  pageVmaMappedWalk,
  pageVmaMappedWalkDone,
  RMAP,
  type Rmap,
} from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import { BREAK_KSM_FAULT, type BreakKsmFault } from './break-ksm-fault.js';
import type { Ksm, Mergeable } from './ksm.js';

/** mm/ksm.c, of v5.17 but for the seams; for small pages. Read in v4.12, v5.17, v5.19, v6.1 and v6.4. */
@injectable()
export class SamepageMerging implements Ksm {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
    @inject(ANON_EXCLUSIVE) private readonly exclusive: AnonExclusive,
    @inject(BREAK_KSM_FAULT) private readonly breaking: BreakKsmFault,
    @inject(FAULT_HANDLER) private readonly faultHandler: FaultHandler,
  ) {}

  @kernelFunction('mm/ksm.c')
  cmpAndMergePage(item: Mergeable, treeItem: Mergeable): boolean {
    const page = this.getMergeablePage(item);
    if (page === undefined) return false;
    const treePage = this.getMergeablePage(treeItem);
    const isMerged = treePage !== undefined && this.#merge(item, page, treeItem, treePage);
    if (treePage !== undefined) putPage(treePage);
    putPage(page);
    return isMerged;
  }

  #merge(item: Mergeable, page: Page, treeItem: Mergeable, treePage: Page): boolean {
    if (!PageKsm(treePage)) return this.#mergeTwo(item, page, treeItem, treePage);
    const merged = this.tryToMergeWithKsmPage(item, page, treePage);
    if (merged !== undefined) this.#stableTreeAppend(treePage, merged);
    return merged !== undefined;
  }

  #mergeTwo(item: Mergeable, page: Page, treeItem: Mergeable, treePage: Page): boolean {
    const merged = this.tryToMergeTwoPages(item, page, treeItem, treePage);
    if (merged === undefined) return false;
    this.#stableTreeAppend(page, ...merged);
    return true;
  }

  /** stable_tree_insert(), if the page is not in the tree, and stable_tree_append(). */
  #stableTreeAppend(kpage: Page, ...items: readonly RmapItem[]): void {
    lockPage(kpage);
    const node = kpage.mapping.read();
    if (node instanceof StableNode)
      kpage.mapping.write(new StableNode([...items.toReversed(), ...node.hlist]));
    unlockPage(kpage);
  }

  /** @returns the anonymous page that is mapped there, with a reference */
  @kernelFunction('mm/ksm.c')
  getMergeablePage({ mm, address }: Mergeable): Page | undefined {
    mmapReadLock(mm);
    const page = withPteLocked(mm, address, (ptep) => {
      const mapped = this.#normalPage(ptep);
      if (mapped !== undefined) getPage(mapped);
      return mapped;
    });
    const isMergeable = page !== undefined && PageAnon(page);
    if (page !== undefined && !isMergeable) putPage(page);
    mmapReadUnlock(mm);
    return isMergeable ? page : undefined;
  }

  /** follow_page() and vm_normal_page(). Hold the PTL. */
  #normalPage(ptep: Ptep): Page | undefined {
    const pte = this.arch.ptepGet(ptep);
    if (!this.arch.ptePresent(pte) || this.arch.pteSpecial(pte)) return undefined;
    return this.memory.pageAt(this.arch.ptePfn(pte));
  }

  /** Makes `page` a KSM page that takes the place of the other one. @returns where it is mapped then */
  @kernelFunction('mm/ksm.c')
  tryToMergeTwoPages(
    item: Mergeable,
    page: Page,
    treeItem: Mergeable,
    treePage: Page,
  ): readonly [treeItem: RmapItem, item: RmapItem] | undefined {
    const merged = this.tryToMergeWithKsmPage(item, page, undefined);
    if (merged === undefined) return undefined;
    const treeMerged = this.tryToMergeWithKsmPage(treeItem, treePage, page);
    if (treeMerged !== undefined) return [treeMerged, merged];
    // A KSM page with one mapping is of no use.
    this.breakCow(item);
    return undefined;
  }

  @kernelFunction('mm/ksm.c')
  tryToMergeWithKsmPage(
    { mm, address }: Mergeable,
    page: Page,
    kpage: Page | undefined,
  ): RmapItem | undefined {
    mmapReadLock(mm);
    const vma = mm.findVma(address);
    const isMerged = vma !== undefined && this.tryToMergeOnePage(vma, page, kpage);
    mmapReadUnlock(mm);
    return isMerged ? { mm, address, anonVma: vma.anonVma! } : undefined;
  }

  @kernelFunction('mm/ksm.c')
  tryToMergeOnePage(vma: Vma, page: Page, kpage: Page | undefined): boolean {
    if (page === kpage) return true;
    if (!PageAnon(page) || !trylockPage(page)) return false;
    const isMerged = this.#mergeLocked(vma, page, kpage);
    unlockPage(page);
    return isMerged;
  }

  #mergeLocked(vma: Vma, page: Page, kpage: Page | undefined): boolean {
    const origPte = this.writeProtectPage(vma, page);
    if (origPte === undefined) return false;
    if (kpage === undefined) {
      // set_page_stable_node(page, NULL).
      page.mapping.write(new StableNode([]));
      markPageAccessed(page);
      // Its entries are clean, and reclaim frees a clean page without writing it out.
      if (!PageDirty(page)) SetPageDirty(page);
      return true;
    }
    return this.pagesIdentical(page, kpage) && this.replacePage(vma, page, kpage, origPte);
  }

  /**
   * Makes the entry read-only and clean, unless somebody else has a reference to the page. Hold the page lock.
   *
   * @returns the entry; undefined for -EFAULT
   */
  @kernelFunction('mm/ksm.c')
  writeProtectPage(vma: Vma, page: Page): Pte | undefined {
    const address = pageAddressInVma(page, vma);
    if (address === undefined) return undefined;
    return this.#notified(vma, address, () => {
      const mapped = pageVmaMappedWalk(page, vma, address);
      if (mapped === undefined) return undefined;
      const origPte = this.#writeProtect(vma, page, address, mapped.ptep);
      pageVmaMappedWalkDone(mapped);
      return origPte;
    });
  }

  #writeProtect(vma: Vma, page: Page, address: VirtualAddress, ptep: Ptep): Pte | undefined {
    const { arch } = this;
    const pte = arch.ptepGet(ptep);
    const anonExclusive = this.exclusive.isTracked && PageAnonExclusive(page);
    if (!arch.pteWrite(pte) && !arch.pteDirty(pte) && !anonExclusive) return pte;
    const swapped = PageSwapCache(page) ? 1 : 0;
    // GUP-fast takes no lock: the entry is cleared and flushed before the references are read, so that no
    // direct I/O begins behind the check.
    const entry = arch.ptepClearFlush(vma, address, ptep);
    if (
      pageMapcount(page) + 1 + swapped !== pageCount(page) ||
      (anonExclusive && !this.rmap.pageTryShareAnonRmap(page))
    ) {
      arch.setPteAt(vma.mm, address, ptep, entry);
      return undefined;
    }
    if (arch.pteDirty(entry)) setPageDirty(page);
    const clean = arch.pteMkclean(arch.pteWrprotect(entry));
    arch.setPteAt(vma.mm, address, ptep, clean);
    return clean;
  }

  /** memcmp_pages(). */
  @kernelFunction('mm/ksm.c')
  pagesIdentical({ contents: one }: Page, { contents: other }: Page): boolean {
    return (
      one.readHalf('lo') === other.readHalf('lo') && one.readHalf('hi') === other.readHalf('hi')
    );
  }

  /** Maps the KSM page, if the entry is as it was left by {@link writeProtectPage}. Hold the lock of `page`. */
  @kernelFunction('mm/ksm.c')
  replacePage(vma: Vma, page: Page, kpage: Page, origPte: Pte): boolean {
    const address = pageAddressInVma(page, vma);
    if (address === undefined) return false;
    return this.#notified(vma, address, () => {
      const locked = pteOffsetMapLock(vma.mm, address);
      if (locked === undefined) return false;
      const isSame = this.arch.pteSame(this.arch.ptepGet(locked.ptep), origPte);
      if (isSame) this.#replace(vma, address, locked.ptep, page, kpage);
      pteUnmapUnlock(locked);
      return isSame;
    });
  }

  #replace(vma: Vma, address: VirtualAddress, ptep: Ptep, page: Page, kpage: Page): void {
    for (const one of [page, kpage])
      VM_BUG_ON(PageAnonExclusive(one), `${one.name} is being merged, and is exclusive`);
    getPage(kpage);
    this.rmap.pageAddAnonRmap(kpage, vma, address, false);
    this.arch.ptepClearFlush(vma, address, ptep);
    this.arch.setPteAt(vma.mm, address, ptep, this.arch.mkPte(kpage, vma.vmPageProt));
    this.rmap.pageRemoveRmap(page);
    if (!pageMapped(page)) this.swap.tryToFreeSwap(page);
    putPage(page);
  }

  #notified<T>({ mm }: Vma, address: VirtualAddress, body: () => T): T {
    return mmuNotified(mm, address, address + mm.memory.pageSize, body);
  }

  @kernelFunction('mm/ksm.c')
  breakCow({ mm, address }: Mergeable): void {
    mmapReadLock(mm);
    const vma = mm.findVma(address);
    if (vma !== undefined) this.breakKsm(vma, address);
    mmapReadUnlock(mm);
  }

  @kernelFunction('mm/ksm.c')
  breakKsm(vma: Vma, address: VirtualAddress): void {
    // The fault may have to be taken again, as when the entry changes meanwhile.
    while (this.#isKsmMapped(vma, address))
      this.faultHandler.handleMmFault(vma, address, this.breaking.flags);
  }

  #isKsmMapped(vma: Vma, address: VirtualAddress): boolean {
    const isKsm = withPteLocked(vma.mm, address, (ptep) => {
      const page = this.#normalPage(ptep);
      return page !== undefined && PageKsm(page);
    });
    return isKsm === true;
  }
}

/** page_address_in_vma(), of an anonymous page: a KSM page has no index there. */
function pageAddressInVma(page: Page, vma: Vma): VirtualAddress | undefined {
  return page.mapping.read() === vma.anonVma ? vma.addressOfPage(page) : undefined;
}
