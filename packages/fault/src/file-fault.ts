import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import {
  __SetPageUptodate,
  ARCHITECTURE,
  type Architecture,
  getPage,
  isWrite,
  type LockedPte,
  lockPage,
  lruCacheAdd,
  MEMORY,
  type Memory,
  Page,
  pgtableTransHugeDeposit,
  pmdLock,
  pmdOffset,
  pmdUnlock,
  type Pte,
  pteAlloc,
  pteAllocOne,
  pteOffsetMapLock,
  pteUnmapUnlock,
  putPage,
  setPageDirty,
  unlockPage,
  VM_SHARED,
  VM_WRITE,
  type VmFault,
  type VmFaultReason,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';

export const FILE_FAULT = token<FileFault>('fault.FileFault');

/** do_fault() and wp_page_shared() of mm/memory.c, v5.17: faults that the operations of a mapping serve. */
@injectable()
export class FileFault {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
  ) {}

  @kernelFunction('mm/memory.c')
  doFault(vmf: VmFault): VmFaultReason {
    if (!isWrite(vmf)) return this.doReadFault(vmf);
    return vmf.vma.has(VM_SHARED) ? this.doSharedFault(vmf) : this.doCowFault(vmf);
  }

  @kernelFunction('mm/memory.c')
  doReadFault(vmf: VmFault): VmFaultReason {
    const page = vmf.vma.vmOps!.fault(vmf);
    if (!(page instanceof Page)) return reasonOf(page);
    const isMapped = this.finishFault(vmf, page);
    unlockPage(page.head);
    // The reference of the lookup becomes that of the mapping.
    if (!isMapped) putPage(page);
    return undefined;
  }

  /** A write to a private mapping: maps a copy, which is anonymous from its beginning. */
  @kernelFunction('mm/memory.c')
  doCowFault(vmf: VmFault): VmFaultReason {
    const cowPage = this.memory.allocator.allocPage();
    const page = vmf.vma.vmOps!.fault(vmf);
    if (!(page instanceof Page)) {
      putPage(cowPage);
      return reasonOf(page);
    }
    cowPage.contents.copyFrom(page.contents);
    __SetPageUptodate(cowPage);
    const isMapped = this.finishFault(vmf, cowPage);
    unlockPage(page.head);
    putPage(page);
    if (!isMapped) putPage(cowPage);
    return undefined;
  }

  @kernelFunction('mm/memory.c')
  doSharedFault(vmf: VmFault): VmFaultReason {
    const page = vmf.vma.vmOps!.fault(vmf);
    if (!(page instanceof Page)) return reasonOf(page);
    if (vmf.vma.vmOps!.pageMkwrite !== undefined) {
      unlockPage(page.head);
      if (!this.doPageMkwrite(vmf, page)) {
        putPage(page);
        return undefined;
      }
    }
    if (this.finishFault(vmf, page)) {
      this.faultDirtySharedPage(page);
    } else {
      unlockPage(page.head);
      putPage(page);
    }
    return undefined;
  }

  /** A write through a read-only entry behind which is no page that is counted. Called with the PTL held. */
  @kernelFunction('mm/memory.c')
  wpPfnShared(vmf: VmFault, locked: LockedPte): VmFaultReason {
    pteUnmapUnlock(locked);
    return reasonOf(vmf.vma.vmOps!.pfnMkwrite!(vmf));
  }

  /**
   * Asks the file system whether a page may become writable.
   *
   * @returns whether it may, and then is locked; otherwise the access faults again
   */
  @kernelFunction('mm/memory.c')
  doPageMkwrite(vmf: VmFault, page: Page): boolean {
    return vmf.vma.vmOps!.pageMkwrite!(vmf, page) === 'VM_FAULT_LOCKED';
  }

  /** The first write through an entry that can be written to. Gives the page lock back. */
  @kernelFunction('mm/memory.c')
  faultDirtySharedPage(page: Page): void {
    setPageDirty(page);
    unlockPage(page.head);
  }

  /** A write through a read-only entry of a shared mapping. Called with the PTL held, and returns without it. */
  @kernelFunction('mm/memory.c')
  wpPageShared(
    vmf: VmFault,
    page: Page,
    locked: LockedPte,
    reuse: (locked: LockedPte) => void,
  ): void {
    getPage(page);
    if (vmf.vma.vmOps?.pageMkwrite === undefined) {
      reuse(locked);
      lockPage(page.head);
    } else {
      pteUnmapUnlock(locked);
      if (!this.doPageMkwrite(vmf, page)) {
        putPage(page);
        return;
      }
      if (!this.finishMkwriteFault(vmf, reuse)) {
        unlockPage(page.head);
        putPage(page);
        return;
      }
    }
    this.faultDirtySharedPage(page);
    putPage(page);
  }

  /** @returns whether the entry is still what it was, and now is writable */
  @kernelFunction('mm/memory.c')
  finishMkwriteFault(
    { vma, address, origPte }: VmFault,
    reuse: (locked: LockedPte) => void,
  ): boolean {
    const locked = pteOffsetMapLock(vma.mm, address);
    if (locked === undefined) return false;
    const isSame = this.arch.pteSame(this.arch.ptepGet(locked.ptep), origPte);
    if (isSame) reuse(locked);
    else pteUnmapUnlock(locked);
    return isSame;
  }

  /** @returns whether the page is mapped now, and was not before */
  @kernelFunction('mm/memory.c')
  finishFault(vmf: VmFault, page: Page): boolean {
    const { vma, address } = vmf;
    if (page.isHuge && this.doSetPmd(vmf, page.head)) return true;
    pteAlloc(vma.mm, address);
    const locked = pteOffsetMapLock(vma.mm, address);
    // The table may be gone again: the access faults again, too.
    if (locked === undefined) return false;
    const isEmpty = this.arch.pteNone(this.arch.ptepGet(locked.ptep));
    if (isEmpty) this.doSetPte(vmf, page, locked);
    pteUnmapUnlock(locked);
    return isEmpty;
  }

  /** Hold the PTL. */
  @kernelFunction('mm/memory.c')
  doSetPte(vmf: VmFault, page: Page, { ptep }: LockedPte): void {
    const { vma, address } = vmf;
    const entry = this.#entry(vmf, this.arch.mkPte(page, vma.vmPageProt));
    if (isWrite(vmf) && !vma.has(VM_SHARED)) {
      this.rmap.pageAddNewAnonRmap(page, vma, address);
      lruCacheAdd(page);
    } else {
      this.rmap.pageAddFileRmap(page, false);
    }
    this.arch.setPteAt(vma.mm, address, ptep, entry);
  }

  /** Maps a huge page as one, if there is no page table. */
  @kernelFunction('mm/memory.c')
  doSetPmd(vmf: VmFault, head: Page): boolean {
    const { vma, address } = vmf;
    const { mm } = vma;
    const pmdp = pmdOffset(mm, address);
    if (pmdp === undefined) return false;
    pmdLock(mm);
    const isEmpty = this.arch.pmdNone(this.arch.pmdpGet(pmdp));
    if (isEmpty) {
      const start = address - (address % this.memory.hpagePmdSize);
      this.rmap.pageAddFileRmap(head, true);
      // arch_needs_pgtable_deposit(): on powerpc with the hash MMU. deposit_prealloc_pte().
      if (this.arch.depositRule === 'per pmd') {
        pgtableTransHugeDeposit(mm, pmdp, pteAllocOne(mm, address, pmdp));
      }
      const pte = this.#entry(vmf, this.arch.mkPte(head, vma.vmPageProt));
      this.arch.setPmdAt(mm, start, pmdp, this.arch.pteHugePmd(pte));
    }
    pmdUnlock(mm);
    return isEmpty;
  }

  /** maybe_mkwrite(pte_mkdirty()) for a write; otherwise as vm_page_prot has it. */
  #entry(vmf: VmFault, entry: Pte): Pte {
    const young = this.arch.pteMkyoung(entry);
    if (!isWrite(vmf)) return young;
    const dirty = this.arch.pteMkdirty(young);
    return vmf.vma.has(VM_WRITE) ? this.arch.pteMkwrite(dirty) : dirty;
  }
}

function reasonOf(result: 'VM_FAULT_SIGBUS' | 'VM_FAULT_NOPAGE'): VmFaultReason {
  return result === 'VM_FAULT_NOPAGE' ? undefined : result;
}
