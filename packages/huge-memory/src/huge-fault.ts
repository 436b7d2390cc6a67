import { HUGE_REUSE_RULE, type HugeReuseRule } from '@pagerace/cow';
import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  getPage,
  lockPage,
  MEMORY,
  type Memory,
  type Page,
  pmdLock,
  pmdUnlock,
  type PmdWalk,
  putPage,
  trylockPage,
  unlockPage,
  type VirtualAddress,
  VM_WRITE,
  type Vma,
} from '@pagerace/page-model';
import { HUGE_MEMORY, type HugeMemory } from './huge-memory.js';

export const HUGE_FAULT = token<HugeFault>('huge-memory.HugeFault', {
  providedBy: ['@pagerace/huge-memory'],
});

/** Faults where a huge page is mapped. Hold mmap_lock for reading. */
export interface HugeFault {
  /**
   * huge_pmd_set_accessed(): a fault on a page that may be used as it is mapped: software is to set the
   * bits.
   *
   * @param above the entry as it was read, without the lock
   */
  hugePmdSetAccessed(vma: Vma, address: VirtualAddress, above: PmdWalk, flags: number): void;
  /**
   * do_huge_pmd_wp_page(): a write to a page that is mapped read-only, or that it is to become this
   * process's own.
   *
   * @returns false for VM_FAULT_FALLBACK: the page is mapped one by one now, and the fault is one of a
   *   small page
   */
  doHugePmdWpPage(vma: Vma, address: VirtualAddress, above: PmdWalk, flags: number): boolean;
}

/** mm/huge_memory.c of v6.1, but for the seam; to v5.7 the whole huge page was copied if one was to be had. */
@injectable()
export class AnonHugeFault implements HugeFault {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(HUGE_MEMORY) private readonly huge: HugeMemory,
    @inject(HUGE_REUSE_RULE) private readonly rule: HugeReuseRule,
  ) {}

  @kernelFunction('mm/huge_memory.c')
  hugePmdSetAccessed(vma: Vma, address: VirtualAddress, above: PmdWalk, flags: number): void {
    pmdLock(vma.mm);
    if (this.#isUnchanged(above)) {
      this.#setAccessFlags(vma, address, above, (flags & FAULT_FLAG_WRITE) !== 0);
    }
    pmdUnlock(vma.mm);
  }

  @kernelFunction('mm/huge_memory.c')
  doHugePmdWpPage(vma: Vma, address: VirtualAddress, above: PmdWalk, flags: number): boolean {
    const { mm } = vma;
    const head = this.memory.pageAt(this.arch.ptePfn(this.arch.pmdPte(above.pmd)));
    pmdLock(mm);
    // Somebody else has changed the entry: the access faults again if it must.
    const fate = this.#isUnchanged(above) ? this.#fateOf(vma, head, above) : 'changed';
    // An unshared page stays read-only, as nobody has written to it.
    if (fate === 'reuse' && (flags & FAULT_FLAG_UNSHARE) === 0) {
      this.#setAccessFlags(vma, address, above, true);
    }
    pmdUnlock(mm);
    if (fate === 'split') this.huge.splitHugePmd(vma, address);
    return fate !== 'split';
  }

  /** Hold pmd_lock(), which is given back for a while if the page lock must be waited for. */
  #fateOf({ mm }: Vma, head: Page, above: PmdWalk): 'reuse' | 'split' | 'changed' {
    if (this.rule.isExclusive(head)) return 'reuse';
    if (!trylockPage(head)) {
      getPage(head);
      pmdUnlock(mm);
      lockPage(head);
      pmdLock(mm);
      const isUnchanged = this.#isUnchanged(above);
      if (!isUnchanged) unlockPage(head);
      putPage(head);
      if (!isUnchanged) return 'changed';
    }
    const mayReuse = this.rule.mayReuse(head);
    unlockPage(head);
    return mayReuse ? 'reuse' : 'split';
  }

  /** pmd_same(). Hold pmd_lock(). */
  #isUnchanged({ pmdp, pmd }: PmdWalk): boolean {
    return this.arch.pmdpGet(pmdp) === pmd;
  }

  #setAccessFlags(vma: Vma, address: VirtualAddress, { pmdp, pmd }: PmdWalk, write: boolean): void {
    let pte = this.arch.pteMkyoung(this.arch.pmdPte(pmd));
    if (write) pte = this.arch.pteMkdirty(pte);
    // maybe_pmd_mkwrite().
    if (write && vma.has(VM_WRITE)) pte = this.arch.pteMkwrite(pte);
    const start = address - (address % this.memory.hpagePmdSize);
    this.arch.pmdpSetAccessFlags(vma, start, pmdp, this.arch.pteHugePmd(pte), write);
  }
}
