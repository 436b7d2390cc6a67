import { inject, injectable } from '@pagerace/di';
import { kernelFunction, Order, readOnce, updateInstruction, xchgRelaxed } from '@pagerace/machine';
import {
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { PmdpAsPtep, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import {
  PMD_PRESENT_INVALID,
  PMD_TABLE_BIT,
  PTE_AF,
  PTE_DIRTY,
  PTE_RDONLY,
  PTE_USER,
  PTE_VALID,
  PTE_WRITE,
} from './bits.js';
import { arm64Layout } from './layout.js';

/**
 * arm64 with pages of 4 KiB and hardware management of the accessed and dirty bits (FEAT_HAFDBS);
 * arch/arm64/include/asm/pgtable.h, v5.17, the exclusive bit v5.19.
 */
@injectable()
export class Arm64 extends PmdpAsPtep {
  readonly name = 'arm64';
  readonly faultEntry = { file: 'arch/arm64/mm/fault.c', name: 'do_page_fault' };
  override readonly hasRcuTableFree = true;

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(arm64Layout(12), tlb, exclusive);
  }

  /** Makes an entry that was clean dirty, to the hardware: PTE_WRITE without PTE_RDONLY. */
  override pteMkwrite(pte: Pte): Pte {
    return (pte | PTE_WRITE) & ~PTE_RDONLY;
  }

  /** The hardware's dirty, which is being writable and not read-only, becomes software's. */
  override pteWrprotect(pte: Pte): Pte {
    const kept = hardwareDirty(pte) ? this.pteMkdirty(pte) : pte;
    return (kept & ~PTE_WRITE) | PTE_RDONLY;
  }

  override pteMkdirty(pte: Pte): Pte {
    const dirty = pte | PTE_DIRTY;
    return this.pteWrite(pte) ? dirty & ~PTE_RDONLY : dirty;
  }

  override pteMkclean(pte: Pte): Pte {
    return (pte & ~PTE_DIRTY) | PTE_RDONLY;
  }

  override pteDirty(pte: Pte): boolean {
    return super.pteDirty(pte) || hardwareDirty(pte);
  }

  override pteAccessPermitted(pte: Pte, write: boolean): boolean {
    const needed = PTE_VALID | PTE_USER | (write ? PTE_WRITE : 0n);
    return (pte & needed) === needed;
  }

  @kernelFunction('arch/arm64/include/asm/pgtable.h')
  override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchgRelaxed(ptep, this.none);
  }

  /** Also while PMD_PRESENT_INVALID. */
  override pmdTransHuge(pmd: Pte): boolean {
    return !this.pmdNone(pmd) && (pmd & PMD_TABLE_BIT) === 0n;
  }

  override pmdPte(pmd: Pte): Pte {
    return pmd | PMD_TABLE_BIT;
  }

  override pteHugePmd(pte: Pte): Pte {
    return pte & ~PMD_TABLE_BIT;
  }

  protected override pmdMkinvalid(pmd: Pte): Pte {
    return (pmd & ~PTE_VALID) | PMD_PRESENT_INVALID;
  }

  @kernelFunction('arch/arm64/include/asm/pgtable.h')
  override pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    return xchgRelaxed(pmdp, this.none);
  }

  /** pmdp_establish(). */
  @kernelFunction('mm/pgtable-generic.c')
  override pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = xchgRelaxed(pmdp, this.pmdMkinvalid(readOnce(pmdp)));
    this.flushPmdRange(vma, address);
    return pmd;
  }

  /** Also an old entry (07509e10dcc7, v5.11). */
  protected override pteAccessible(pte: Pte): boolean {
    return (pte & PTE_VALID) !== 0n;
  }

  @kernelFunction('arch/arm64/include/asm/pgtable.h', '__ptep_test_and_clear_young')
  override ptepTestAndClearYoung(_vma: Vma, _address: VirtualAddress, ptep: Ptep): boolean {
    return this.pteYoung(cmpxchgLoop(ptep, (pte) => this.pteMkold(pte)));
  }

  @kernelFunction('arch/arm64/include/asm/pgtable.h')
  override ptepSetWrprotect(_mm: Mm, _address: VirtualAddress, ptep: Ptep): void {
    cmpxchgLoop(ptep, (pte) => this.pteWrprotect(pte));
  }

  /** Only adds permissions, and what the hardware has set meanwhile stays. */
  @kernelFunction('arch/arm64/mm/fault.c')
  override ptepSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    entry: Pte,
    dirty: boolean,
  ): boolean {
    if (this.pteSame(readOnce(ptep), entry)) return false;
    const set = entry & (PTE_AF | PTE_WRITE | PTE_DIRTY);
    const clear = ~entry & PTE_RDONLY;
    cmpxchgLoop(ptep, (pte) => (pte | set) & ~clear);
    // A TLB may have the read-only entry.
    if (dirty) this.tlb.flushTlbPage(vma.mm, address);
    return true;
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return this.pteAccessPermitted(pte, write);
  }

  /** Sets PTE_AF; a store clears PTE_RDONLY, which makes dirty. */
  override walkerUses(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined {
    const used = (pte | PTE_AF) & ~(write ? PTE_RDONLY : 0n);
    return this.walkerSets(ptep, pte, used, Order.relaxed);
  }
}

/** pte_hw_dirty(). */
function hardwareDirty(pte: Pte): boolean {
  return (pte & (PTE_WRITE | PTE_RDONLY)) === PTE_WRITE;
}

/** A loop until cmpxchg_relaxed() succeeds. @returns the value before */
function cmpxchgLoop(ptep: Ptep, change: (pte: Pte) => Pte): Pte {
  return updateInstruction('cmpxchg_relaxed', ptep, change, Order.relaxed);
}
