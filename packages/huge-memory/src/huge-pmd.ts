import { inject, injectable } from '@pagerace/di';
import { atomicAddNegative, atomicInc, kernelFunction, smpWmb } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  MmuGather,
  mmuNotified,
  type Page,
  PageAnon,
  PageAnonExclusive,
  pageRefAdd,
  pgtableTransHugeWithdraw,
  pmdLock,
  pmdOffset,
  pmdPopulate,
  pmdUnlock,
  type Pte,
  pteFree,
  type Ptep,
  SetPageAnonExclusive,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import type { HugeMemory } from './huge-memory.js';

/** mm/huge_memory.c of v6.1: the split, of anonymous pages, and the end of a mapping. */
@injectable()
export class HugePmd implements HugeMemory {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(TLB_FLUSH) private readonly tlb: TlbFlush,
    @inject(RMAP) private readonly rmap: Rmap,
  ) {}

  @kernelFunction('mm/huge_memory.c', '__split_huge_pmd')
  splitHugePmd(vma: Vma, address: VirtualAddress): void {
    const start = address - (address % this.memory.hpagePmdSize);
    mmuNotified(vma.mm, start, start + this.memory.hpagePmdSize, () => {
      this.#withHugePmd(vma, start, (pmdp) => this.splitHugePmdLocked(vma, start, pmdp));
    });
  }

  @kernelFunction('mm/huge_memory.c', '__split_huge_pmd_locked')
  splitHugePmdLocked(vma: Vma, address: VirtualAddress, pmdp: Ptep): void {
    const { mm } = vma;
    // No CPU may have the huge translation and a small one at a time.
    const old = this.arch.pmdPte(this.arch.pmdpInvalidate(vma, address, pmdp));
    const head = this.memory.pageAt(this.arch.ptePfn(old));
    const subpages = this.memory.subpages(head);
    if (subpages.length > 1) pageRefAdd(head, subpages.length - 1);
    const exclusive = PageAnonExclusive(head);
    const table = pgtableTransHugeWithdraw(mm, pmdp);
    for (const [nth, page] of subpages.entries()) {
      const at = address + nth * this.memory.pageSize;
      if (exclusive && page !== head) SetPageAnonExclusive(page);
      this.arch.setPteAt(mm, at, table.entry(at)!, this.#smallEntry(vma, page, old));
      atomicInc(page._mapcount);
    }
    atomicAddNegative(head.compoundMapcount, -1);
    // The entries are there before the table that they are in.
    smpWmb();
    pmdPopulate(mm, address, pmdp, table);
  }

  #smallEntry(vma: Vma, page: Page, old: Pte): Pte {
    const { arch } = this;
    let pte = arch.mkPte(page, vma.vmPageProt);
    if (arch.pteWrite(old)) pte = arch.pteMkwrite(pte);
    if (arch.pteDirty(old)) pte = arch.pteMkdirty(pte);
    return arch.pteYoung(old) ? arch.pteMkyoung(pte) : arch.pteMkold(pte);
  }

  @kernelFunction('mm/huge_memory.c')
  zapHugePmd(vma: Vma, address: VirtualAddress): boolean {
    const gather = new MmuGather(vma.mm, this.tlb);
    const wasHuge = this.#withHugePmd(vma, address, (pmdp) => {
      const pmd = this.arch.pmdpHugeGetAndClear(vma.mm, address, pmdp);
      const head = this.memory.pageAt(this.arch.ptePfn(this.arch.pmdPte(pmd)));
      this.rmap.pageRemoveRmap(head, true);
      // arch_needs_pgtable_deposit(): for a file's huge page, on powerpc with the hash MMU alone.
      if (PageAnon(head) || this.arch.depositRule === 'per pmd') this.zapDepositedTable(vma, pmdp);
      gather.removePage(head);
    });
    if (wasHuge) gather.finish(address, address + this.memory.hpagePmdSize);
    return wasHuge;
  }

  /** Frees the table at once: no walk can have found it, or so it is assumed. */
  @kernelFunction('mm/huge_memory.c')
  zapDepositedTable({ mm }: Vma, pmdp: Ptep): void {
    pteFree(mm, pgtableTransHugeWithdraw(mm, pmdp));
  }

  @kernelFunction('mm/huge_memory.c')
  changeHugePmd(vma: Vma, address: VirtualAddress, change: (pte: Pte) => Pte): boolean {
    return this.#withHugePmd(vma, address, (pmdp) => {
      const old = this.arch.pmdPte(this.arch.pmdpInvalidate(vma, address, pmdp));
      this.arch.setPmdAt(vma.mm, address, pmdp, this.arch.pteHugePmd(change(old)));
    });
  }

  /** Does something to the entry if, under the lock, it maps a huge page. @returns whether it does */
  #withHugePmd({ mm }: Vma, address: VirtualAddress, body: (pmdp: Ptep) => void): boolean {
    const pmdp = pmdOffset(mm, address);
    if (pmdp === undefined) return false;
    pmdLock(mm);
    const isHuge = this.arch.pmdTransHuge(this.arch.pmdpGet(pmdp));
    if (isHuge) body(pmdp);
    pmdUnlock(mm);
    return isHuge;
  }
}
