import { inject, injectable } from '@pagerace/di';
import {
  kernelFunction,
  Order,
  readOnce,
  smpMb,
  trace,
  updateInstruction,
  xchg,
} from '@pagerace/machine';
import {
  type Mm,
  type Pfn,
  type Pte,
  type Ptep,
  type SwapEntry,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import {
  maskOf,
  PmdpAsPtep,
  PTE_SWP_EXCLUSIVE,
  type PteLayout,
  type PteSwpExclusive,
} from '@pagerace/pgtable-generic';
import { _PAGE_ACCESSED, _PAGE_DIRTY, _PAGE_PRESENT, _PAGE_RW, _PAGE_USER } from './bits.js';
import { x86Layout } from './layout.js';
import { x86PaeLayout, x86TwoLevelLayout } from './layout-32.js';

/** What x86 has in common, with 32 bits and with 64 (arch/x86/include/asm/pgtable.h, v5.17). */
export abstract class X86Pgtable extends PmdpAsPtep {
  readonly faultEntry = { file: 'arch/x86/mm/fault.c', name: 'do_user_addr_fault' };
  readonly #frameMask: bigint;
  /** The bits of the frame number, and of the offset of a swap entry, that are inverted against L1TF. */
  readonly #invertedFrame: bigint;
  readonly #invertedOffset: bigint;

  /** @param inverts asm/pgtable-invert.h: entries have room for the inverted bits */
  constructor(layout: PteLayout, inverts: boolean, tlb: TlbFlush, exclusive: PteSwpExclusive) {
    super(layout, tlb, exclusive);
    this.#frameMask = maskOf(layout.frame);
    this.#invertedFrame = inverts ? this.#frameMask : 0n;
    this.#invertedOffset = inverts ? maskOf(layout.swap.offset) : 0n;
  }

  /** An entry that the hardware does not use has its frame number inverted, against L1TF. */
  override pfnPte(pfn: Pfn, protection: Pte): Pte {
    return super.pfnPte(pfn, 0n) ^ this.#inversion(protection) ^ protection;
  }

  override ptePfn(pte: Pte): Pfn {
    return super.ptePfn(pte ^ this.#inversion(pte));
  }

  /** protnone_mask(): all ones for an entry that is neither none nor present to the hardware. */
  #inversion(pte: Pte): bigint {
    return pte !== 0n && (pte & _PAGE_PRESENT) === 0n ? this.#invertedFrame : 0n;
  }

  /** Protection keys are not modelled. */
  override pteAccessPermitted(pte: Pte, write: boolean): boolean {
    const needed = _PAGE_PRESENT | _PAGE_USER | (write ? _PAGE_RW : 0n);
    return (pte & needed) === needed;
  }

  /** The offset is inverted, so that an entry with a small one points to no real frame (L1TF). */
  override swpEntryToPte(entry: SwapEntry): Pte {
    return super.swpEntryToPte(entry) ^ this.#invertedOffset;
  }

  override pteToSwpEntry(pte: Pte): SwapEntry {
    return super.pteToSwpEntry(pte ^ this.#invertedOffset);
  }

  override pmdNone(pmd: Pte): boolean {
    return (pmd & ~this.layout.strayInNone) === 0n;
  }

  /** load_new_mm_cr3(): writing CR3 serialises. */
  override switchMmBarrier(): void {
    smpMb('CR3');
  }

  /**
   * pfn_pmd(pmd_pfn(pmd), …): the frame number of what the hardware does not use is inverted here, too. Read
   * in v5.17 and v6.3; pmd_mknotpresent() of v4.12 clears the bits and does not invert.
   */
  protected override pmdMkinvalid(pmd: Pte): Pte {
    return this.pfnPte(this.ptePfn(pmd), super.pmdMkinvalid(pmd) & ~this.#frameMask);
  }

  /** pmdp_establish(), read in v5.17: a locked xchg, so that what the hardware sets until then is in what it returns. */
  @kernelFunction('mm/pgtable-generic.c')
  override pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = xchg(pmdp, this.pmdMkinvalid(readOnce(pmdp)));
    this.flushPmdRange(vma, address);
    return pmd;
  }

  /** An entry that no TLB can have needs no flush. */
  protected override pteAccessible(pte: Pte): boolean {
    return (pte & _PAGE_PRESENT) !== 0n;
  }

  /** test_and_clear_bit(), which is fully ordered; not followed by a flush. */
  @kernelFunction('arch/x86/mm/pgtable.c')
  override ptepTestAndClearYoung(_vma: Vma, _address: VirtualAddress, ptep: Ptep): boolean {
    if (!this.pteYoung(readOnce(ptep))) return false;
    const old = updateInstruction(
      'test_and_clear_bit',
      ptep,
      (pte) => this.pteMkold(pte),
      Order.full,
    );
    return this.pteYoung(old);
  }

  /** clear_bit(). */
  @kernelFunction('arch/x86/include/asm/pgtable.h')
  override ptepSetWrprotect(_mm: Mm, _address: VirtualAddress, ptep: Ptep): void {
    trace('clear_bit');
    ptep.update((pte) => this.pteWrprotect(pte), Order.relaxed);
  }

  /** Needs no flush: a CPU that has the weaker entry faults, and finds the stronger one. */
  @kernelFunction('arch/x86/mm/pgtable.c')
  override ptepSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    pte: Pte,
    dirty: boolean,
  ): boolean {
    const changed = readOnce(ptep) !== pte;
    if (changed && dirty) this.setPteAt(vma.mm, address, ptep, pte);
    return changed;
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return this.pteAccessPermitted(pte, write);
  }

  /** The walker sets A and D by a locked compare-and-exchange. */
  override walkerUses(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined {
    const used = pte | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0n);
    return this.walkerSets(ptep, pte, used, Order.full);
  }
}

/** x86-64 (arch/x86/include/asm/pgtable_64.h, v5.17; the exclusive bit v5.19). */
@injectable()
export class X86 extends X86Pgtable {
  readonly name = 'x86';

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(x86Layout, true, tlb, exclusive);
  }

  /** native_ptep_get_and_clear(): a locked xchg, and so fully ordered, which nobody may rely on. */
  @kernelFunction('arch/x86/include/asm/pgtable_64.h')
  override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchg(ptep, this.none);
  }

  /** native_pmdp_get_and_clear(): a locked xchg. */
  @kernelFunction('arch/x86/include/asm/pgtable_64.h')
  override pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    return xchg(pmdp, this.none);
  }
}

/** With CONFIG_PARAVIRT, and always since v6.15, whose INVLPGB interrupts nobody. */
@injectable()
export class X86RcuTableFree extends X86 {
  override readonly hasRcuTableFree = true;
}

/** 32-bit x86 without PAE: two levels, entries of 32 bits (arch/x86/include/asm/pgtable-2level.h, v5.17). */
@injectable()
export class X86TwoLevel extends X86Pgtable {
  readonly name = 'x86-32';

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(x86TwoLevelLayout, false, tlb, exclusive);
  }

  /** native_ptep_get_and_clear(): a locked xchg. */
  @kernelFunction('arch/x86/include/asm/pgtable-2level.h')
  override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchg(ptep, this.none);
  }

  /** native_pmdp_get_and_clear(): a locked xchg. */
  @kernelFunction('arch/x86/include/asm/pgtable-2level.h')
  override pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    return xchg(pmdp, this.none);
  }
}

/**
 * 32-bit x86 with PAE: three levels, entries of 64 bits (arch/x86/include/asm/pgtable-3level.h, v5.17). The two
 * halves of an entry, which the CPU loads and stores one after the other, are one cell here.
 */
@injectable()
export class X86Pae extends X86Pgtable {
  readonly name = 'x86-32-pae';

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(x86PaeLayout, true, tlb, exclusive);
  }

  /** native_ptep_get_and_clear(): a locked xchg of the lower half, or a locked cmpxchg8b of both (v6.3). */
  @kernelFunction('arch/x86/include/asm/pgtable-3level.h')
  override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchg(ptep, this.none);
  }

  /** native_pmdp_get_and_clear(): as with an entry of the last level. */
  @kernelFunction('arch/x86/include/asm/pgtable-3level.h')
  override pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    return xchg(pmdp, this.none);
  }
}
