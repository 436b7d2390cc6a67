import { inject, injectable } from '@pagerace/di';
import { kernelFunction, Order, readOnce, updateInstruction, xchg } from '@pagerace/machine';
import {
  flushTlbMm,
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { PmdpAsPtep, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import { _PAGE_EXEC, _PAGE_READ, _PAGE_WRITE } from './bits.js';
import { riscvLayout } from './layout.js';
import { RISCV_COLLAPSE_FLUSH, type RiscvCollapseFlush } from './collapse-flush.js';

/**
 * 64-bit RISC-V (arch/riscv/include/asm/pgtable.h, v6.1; the exclusive bit, and swap entries with it,
 * v6.3), on a CPU that faults where the accessed or the dirty bit would have to be set.
 */
@injectable()
export class Riscv extends PmdpAsPtep {
  readonly name = 'riscv';
  readonly faultEntry = { file: 'arch/riscv/mm/fault.c', name: 'do_page_fault' };
  /** Since there is GUP-fast: v6.9 (69be3fb111e7). An older kernel is explored as if it had both. */
  override readonly hasRcuTableFree = true;
  /** Without Svvptc. */
  readonly walkerKeepsInvalid = true;

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
    @inject(RISCV_COLLAPSE_FLUSH) private readonly collapseFlush: RiscvCollapseFlush,
  ) {
    super(riscvLayout, tlb, exclusive);
  }

  /** Fully ordered: `amoswap.d.aqrl`. */
  @kernelFunction('arch/riscv/include/asm/pgtable.h')
  override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchg(ptep, this.none);
  }

  @kernelFunction('arch/riscv/include/asm/pgtable.h')
  override ptepTestAndClearYoung(_vma: Vma, _address: VirtualAddress, ptep: Ptep): boolean {
    if (!this.pteYoung(readOnce(ptep))) return false;
    const mkold = (pte: Pte): Pte => this.pteMkold(pte);
    return this.pteYoung(updateInstruction('test_and_clear_bit', ptep, mkold, Order.full));
  }

  @kernelFunction('arch/riscv/include/asm/pgtable.h')
  override ptepSetWrprotect(_mm: Mm, _address: VirtualAddress, ptep: Ptep): void {
    const wrprotect = (pte: Pte): Pte => this.pteWrprotect(pte);
    updateInstruction('atomic_long_and', ptep, wrprotect, Order.relaxed);
  }

  /** The caller's update_mmu_cache() flushes this CPU; another one faults again and finds the entry. */
  @kernelFunction('arch/riscv/include/asm/pgtable.h')
  override ptepSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    entry: Pte,
    _dirty: boolean,
  ): boolean {
    if (!this.pteSame(readOnce(ptep), entry)) this.setPteAt(vma.mm, address, ptep, entry);
    return true;
  }

  /** pmd_leaf(): may be read, written or executed, and so points to no table; also while it is invalid. */
  override pmdTransHuge(pmd: Pte): boolean {
    return (pmd & (_PAGE_READ | _PAGE_WRITE | _PAGE_EXEC)) !== 0n;
  }

  /** Fully ordered: `amoswap.d.aqrl`. */
  @kernelFunction('arch/riscv/include/asm/pgtable.h')
  override pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    return xchg(pmdp, this.none);
  }

  /** The generic one before f0293cd1f4fc (v6.2). */
  override pmdpCollapseFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.collapseFlush.isOfWholeMm
      ? this.pmdpCollapseFlushMm(vma, address, pmdp)
      : super.pmdpCollapseFlush(vma, address, pmdp);
  }

  /** By flush_tlb_mm(), as a fence with an address is of entries that map a page only. */
  @kernelFunction('arch/riscv/mm/pgtable.c', 'pmdp_collapse_flush')
  protected pmdpCollapseFlushMm({ mm }: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = this.pmdpHugeGetAndClear(mm, address, pmdp);
    flushTlbMm(this.tlb, mm);
    return pmd;
  }

  /** pmdp_establish(): fully ordered. */
  @kernelFunction('mm/pgtable-generic.c')
  override pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = xchg(pmdp, this.pmdMkinvalid(readOnce(pmdp)));
    this.flushPmdRange(vma, address);
    return pmd;
  }

  /** And flush_tlb_range() of the generic pmdp_collapse_flush(): by address. */
  protected override flushPmdRange({ mm }: Vma, address: VirtualAddress): void {
    this.tlb.flushTlbRange(mm, address, address + mm.memory.hpagePmdSize, true);
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return !this.pteProtnone(pte) && super.walkerPermits(pte, write);
  }
}
