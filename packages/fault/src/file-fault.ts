import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { kernelFunction } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  findLockPage,
  MEMORY,
  type Memory,
  type Page,
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
  unlockPage,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { isWrite, type VmFault } from './vm-fault.js';

export const FILE_FAULT = token<FileFault>('fault.FileFault');

/** do_fault() of mm/memory.c, v6.1, for shared mappings of files whose pages are in the page cache. */
@injectable()
export class FileFault {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
  ) {}

  @kernelFunction('mm/memory.c')
  doFault(fault: VmFault): void {
    const { vma, address } = fault;
    if (vma.file === null || !vma.has(VM_SHARED)) {
      throw new ModelError(
        `a fault in ${vma.toString()}: private mappings of files are not modelled`,
      );
    }
    // __do_fault(). With the page locked it stays what the file has.
    const page = findLockPage(vma.file, vma.pageIndex(address));
    if (page === undefined) {
      throw new ModelError(
        `a fault in ${vma.toString()}: reading a page in from a file is not modelled`,
      );
    }
    const isMapped = this.finishFault(fault, page);
    unlockPage(page.head);
    // The reference of the lookup becomes that of the mapping.
    if (!isMapped) putPage(page);
  }

  /** @returns whether the page is mapped now, and was not before */
  @kernelFunction('mm/memory.c')
  finishFault(fault: VmFault, page: Page): boolean {
    const { vma, address } = fault;
    if (page.isHuge && this.doSetPmd(fault, page.head)) return true;
    pteAlloc(vma.mm, address);
    const locked = pteOffsetMapLock(vma.mm, address);
    // The table may be gone again: the access faults again, too.
    if (locked === undefined) return false;
    const isEmpty = this.arch.pteNone(this.arch.ptepGet(locked.ptep));
    if (isEmpty) {
      this.rmap.pageAddFileRmap(page, false);
      const pte = this.#entry(fault, this.arch.mkPte(page, vma.vmPageProt));
      this.arch.setPteAt(vma.mm, address, locked.ptep, pte);
    }
    pteUnmapUnlock(locked);
    return isEmpty;
  }

  /** Maps a huge page as one, if there is no page table. */
  @kernelFunction('mm/memory.c')
  doSetPmd(fault: VmFault, head: Page): boolean {
    const { vma, address } = fault;
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
      const pte = this.#entry(fault, this.arch.mkPte(head, vma.vmPageProt));
      this.arch.setPmdAt(mm, start, pmdp, this.arch.pteHugePmd(pte));
    }
    pmdUnlock(mm);
    return isEmpty;
  }

  /** vm_page_prot of a shared mapping lets write at once: files in memory have no page_mkwrite(). */
  #entry(fault: VmFault, entry: Pte): Pte {
    const young = this.arch.pteMkyoung(entry);
    const pte = fault.vma.has(VM_WRITE) ? this.arch.pteMkwrite(young) : young;
    return isWrite(fault) ? this.arch.pteMkdirty(pte) : pte;
  }
}
