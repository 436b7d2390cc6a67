import { inject, injectable } from '@pagerace/di';
import {
  barrierInstruction,
  Fence,
  kernelFunction,
  Order,
  readOnce,
  updateInstruction,
  writeOnce,
} from '@pagerace/machine';
import {
  type Mm,
  type Page,
  PageDirty,
  type Pfn,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import {
  GenericPgtable,
  TRANSLATIONS,
  type Translations,
  PTE_SWP_EXCLUSIVE,
  type PteSwpExclusive,
} from '@pagerace/pgtable-generic';
import { pteToRste, rsteToPte } from './huge-entry.js';
import {
  _SEGMENT_ENTRY_EMPTY,
  _SEGMENT_ENTRY_INVALID,
  _SEGMENT_ENTRY_LARGE,
  _PAGE_DIRTY,
  _PAGE_INVALID,
  _PAGE_PROTECT,
  _PAGE_READ,
  _PAGE_WRITE,
} from './bits.js';
import { runsHereOnly } from './cpu-attach-mask.js';
import { s390Layout } from './layout.js';

/**
 * s390 (arch/s390/include/asm/pgtable.h, arch/s390/mm/pgtable.c, v5.17; the exclusive bit v5.19).
 *
 * Software keeps young and dirty: an entry that is not young is invalid to the hardware, one that is
 * not dirty is protected. A kernel without the RDP facility (v6.3) and without KVM guests.
 */
@injectable()
export class S390 extends GenericPgtable {
  readonly name = 's390';
  readonly faultEntry = { file: 'arch/s390/mm/fault.c', name: 'do_exception' };
  override readonly hasRcuTableFree = true;
  override readonly depositRule = 'list in table';

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
    @inject(TRANSLATIONS) private readonly translations: Translations,
  ) {
    super(s390Layout, tlb, exclusive);
  }

  /** mk_pte_phys(): young from the start. */
  override pfnPte(pfn: Pfn, protection: Pte): Pte {
    return this.pteMkyoung(super.pfnPte(pfn, protection));
  }

  override mkPte(page: Page, protection: Pte): Pte {
    const pte = this.pfnPte(page.pfn, protection);
    return this.pteWrite(pte) && PageDirty(page) ? this.pteMkdirty(pte) : pte;
  }

  override pteMkwrite(pte: Pte): Pte {
    const writable = pte | _PAGE_WRITE;
    return this.pteDirty(pte) ? writable & ~_PAGE_PROTECT : writable;
  }

  override pteWrprotect(pte: Pte): Pte {
    return super.pteWrprotect(pte) | _PAGE_PROTECT;
  }

  override pteMkdirty(pte: Pte): Pte {
    const dirty = super.pteMkdirty(pte);
    return this.pteWrite(pte) ? dirty & ~_PAGE_PROTECT : dirty;
  }

  override pteMkclean(pte: Pte): Pte {
    return (pte & ~_PAGE_DIRTY) | _PAGE_PROTECT;
  }

  override pteMkyoung(pte: Pte): Pte {
    const young = super.pteMkyoung(pte);
    return (pte & _PAGE_READ) === 0n ? young : young & ~_PAGE_INVALID;
  }

  override pteMkold(pte: Pte): Pte {
    return super.pteMkold(pte) | _PAGE_INVALID;
  }

  override pteProtnone(pte: Pte): boolean {
    return this.ptePresent(pte) && (pte & _PAGE_READ) === 0n;
  }

  override pmdNone(pmd: Pte): boolean {
    return this.levels.some(({ none }) => none === pmd);
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override ptepGetAndClear(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte {
    return this.#ptepXchgLazy(mm, address, ptep, this.none);
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override ptepClearFlush(vma: Vma, address: VirtualAddress, ptep: Ptep): Pte {
    return this.#ptepXchgDirect(vma.mm, address, ptep, this.none);
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override ptepTestAndClearYoung(vma: Vma, address: VirtualAddress, ptep: Ptep): boolean {
    const old = this.pteMkold(readOnce(ptep));
    return this.pteYoung(this.#ptepXchgDirect(vma.mm, address, ptep, old));
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override ptepSetWrprotect(mm: Mm, address: VirtualAddress, ptep: Ptep): void {
    const pte = readOnce(ptep);
    if (this.pteWrite(pte)) this.#ptepXchgLazy(mm, address, ptep, this.pteWrprotect(pte));
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override ptepSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    entry: Pte,
    _dirty: boolean,
  ): boolean {
    if (this.pteSame(readOnce(ptep), entry)) return false;
    this.#ptepXchgDirect(vma.mm, address, ptep, entry);
    return true;
  }

  /** Also while it is _SEGMENT_ENTRY_INVALID: GUP-fast may still walk to a table that is being taken out. */
  override pmdPresent(pmd: Pte): boolean {
    return pmd !== _SEGMENT_ENTRY_EMPTY;
  }

  override pmdTransHuge(pmd: Pte): boolean {
    return (pmd & _SEGMENT_ENTRY_LARGE) !== 0n;
  }

  override pmdPte(pmd: Pte): Pte {
    return rsteToPte(pmd);
  }

  override pteHugePmd(pte: Pte): Pte {
    return pteToRste(pte);
  }

  protected override pmdMkinvalid(pmd: Pte): Pte {
    return pmd | _SEGMENT_ENTRY_INVALID;
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override pmdpSetWrprotect(mm: Mm, address: VirtualAddress, pmdp: Ptep): void {
    const pte = this.pmdPte(readOnce(pmdp));
    if (!this.pteWrite(pte)) return;
    // pmdp_xchg_lazy(), which lets the flush wait where only this CPU runs the process.
    this.pmdpXchgDirect(mm, address, pmdp, this.pteHugePmd(this.pteWrprotect(pte)));
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override pmdpSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    pmdp: Ptep,
    pmd: Pte,
    _dirty: boolean,
  ): boolean {
    if (readOnce(pmdp) === pmd) return false;
    this.pmdpXchgDirect(vma.mm, address, pmdp, pmd);
    return true;
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override pmdpHugeGetAndClear(mm: Mm, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.pmdpXchgDirect(mm, address, pmdp, _SEGMENT_ENTRY_EMPTY);
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override pmdpHugeClearFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.pmdpHugeGetAndClear(vma.mm, address, pmdp);
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override pmdpCollapseFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.pmdpHugeGetAndClear(vma.mm, address, pmdp);
  }

  @kernelFunction('arch/s390/include/asm/pgtable.h')
  override pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.pmdpXchgDirect(vma.mm, address, pmdp, this.pmdMkinvalid(readOnce(pmdp)));
  }

  /** In two steps: what IDTE serialises is the first, and the entry that GUP-fast looks for is the second. */
  @kernelFunction('arch/s390/mm/pgtable.c')
  protected pmdpXchgDirect(mm: Mm, address: VirtualAddress, pmdp: Ptep, next: Pte): Pte {
    const old = this.pmdpFlushDirect(mm, address, pmdp);
    writeOnce(pmdp, next);
    return old;
  }

  @kernelFunction('arch/s390/mm/pgtable.c')
  protected pmdpFlushDirect(mm: Mm, address: VirtualAddress, pmdp: Ptep): Pte {
    const old = readOnce(pmdp);
    if ((old & _SEGMENT_ENTRY_INVALID) !== 0n) return old;
    countFlush('atomic_inc');
    updateInstruction('IDTE', pmdp, (pmd) => pmd | _SEGMENT_ENTRY_INVALID, Order.full);
    this.translations.invalidate('IDTE', runsHereOnly(mm) ? mm.cpumask : undefined, {
      mm,
      start: address,
      end: address + mm.memory.hpagePmdSize,
    });
    countFlush('atomic_dec');
    return old;
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return (pte & (_PAGE_INVALID | (write ? _PAGE_PROTECT : 0n))) === 0n;
  }

  walkerFollows(pmd: Pte): boolean {
    return (pmd & _SEGMENT_ENTRY_INVALID) === 0n;
  }

  /**
   * In two steps: the entry becomes invalid, and then what it is to be. preempt_enable() behind it is no
   * instruction without PREEMPT_COUNT, which is what is modelled.
   */
  #ptepXchgDirect(mm: Mm, address: VirtualAddress, ptep: Ptep, next: Pte): Pte {
    const old = this.ptepFlushDirect(mm, address, ptep);
    writeOnce(ptep, next);
    return old;
  }

  #ptepXchgLazy(mm: Mm, address: VirtualAddress, ptep: Ptep, next: Pte): Pte {
    const old = this.ptepFlushLazy(mm, address, ptep);
    writeOnce(ptep, next);
    return old;
  }

  /** An entry that is invalid already is in no TLB: nothing is flushed, and nothing ordered. */
  @kernelFunction('arch/s390/mm/pgtable.c')
  protected ptepFlushDirect(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte {
    const old = readOnce(ptep);
    if ((old & _PAGE_INVALID) !== 0n) return old;
    countFlush('atomic_inc');
    this.#ipte(mm, address, ptep);
    countFlush('atomic_dec');
    return old;
  }

  @kernelFunction('arch/s390/mm/pgtable.c')
  protected ptepFlushLazy(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte {
    const old = readOnce(ptep);
    if ((old & _PAGE_INVALID) !== 0n) return old;
    countFlush('atomic_inc');
    if (runsHereOnly(mm)) writeOnce(ptep, old | _PAGE_INVALID);
    else this.#ipte(mm, address, ptep);
    countFlush('atomic_dec');
    return old;
  }

  /** Makes the entry invalid and purges it from the TLBs: of this CPU, if no other runs the process. */
  #ipte(mm: Mm, address: VirtualAddress, ptep: Ptep): void {
    updateInstruction('IPTE', ptep, (pte) => pte | _PAGE_INVALID, Order.full);
    this.translations.invalidate('IPTE', runsHereOnly(mm) ? mm.cpumask : undefined, {
      mm,
      start: address,
      end: address + 2 ** this.pageShift,
    });
  }
}

/**
 * atomic_inc() or atomic_dec() of mm->context.flush_count, for which only a CPU waits that is about to
 * run the process, as none here does. An interlocked update is taken to serialise, as the kernel does:
 * smp_mb__after_atomic() is no instruction (arch/s390/include/asm/barrier.h, v6.1).
 */
function countFlush(primitive: 'atomic_inc' | 'atomic_dec'): void {
  barrierInstruction(primitive, Fence.full, 'flush_count');
}
