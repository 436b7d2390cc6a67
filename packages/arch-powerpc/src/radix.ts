import { inject, injectable } from '@pagerace/di';
import { kernelFunction, Order, readOnce, updateInstruction } from '@pagerace/machine';
import {
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import { _PAGE_ACCESSED, _PAGE_DIRTY, _PAGE_RWX } from './bits.js';
import { Book3s64 } from './book3s64.js';
import { radixLayout } from './layout.js';
import { serializeAgainstPteLookup } from './serialize.js';
import { RADIX_COLLAPSE_FLUSH, type RadixCollapseFlush } from './radix-collapse-flush.js';

/** The radix MMU with pages of 64 KiB, whose hardware sets R and C. */
@injectable()
export class Radix extends Book3s64 {
  readonly name = 'powerpc-radix';
  override readonly depositRule = 'list in table';

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
    @inject(RADIX_COLLAPSE_FLUSH) private readonly collapseFlush: RadixCollapseFlush,
  ) {
    super(radixLayout, tlb, exclusive);
  }

  /** The entry is emptied by an ordinary store; the smp_mb() in the flush orders it before what follows. */
  @kernelFunction('arch/powerpc/mm/book3s64/radix_pgtable.c', 'radix__pmdp_collapse_flush')
  override pmdpCollapseFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = readOnce(pmdp);
    this.pmdClear(pmdp);
    if (this.collapseFlush.serializesAgainstLookups) serializeAgainstPteLookup(vma.mm);
    // radix__flush_tlb_collapsed_pmd().
    this.flushPmdRange(vma, address);
    return pmd;
  }

  override ptepTestAndClearYoung(vma: Vma, address: VirtualAddress, ptep: Ptep): boolean {
    if (!this.pteYoung(readOnce(ptep))) return false;
    return this.pteYoung(this.pteUpdate(vma.mm, address, ptep, _PAGE_ACCESSED, 0n));
  }

  override walkerUses(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined {
    const used = pte | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0n);
    return this.walkerSets(ptep, pte, used, Order.relaxed);
  }

  @kernelFunction('arch/powerpc/include/asm/book3s/64/radix.h', 'radix__pte_update')
  protected override pteUpdate(
    _mm: Mm,
    _address: VirtualAddress,
    ptep: Ptep,
    clear: bigint,
    set: bigint,
  ): Pte {
    return ldarxLoop(ptep, (pte) => (pte & ~clear) | set);
  }

  /** Without _PAGE_SOFT_DIRTY, up to v6.2. */
  @kernelFunction('arch/powerpc/mm/book3s64/radix_pgtable.c', 'radix__ptep_set_access_flags')
  protected override setAccessFlags(ptep: Ptep, entry: Pte): void {
    const set = entry & (_PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_RWX);
    ldarxLoop(ptep, (pte) => pte | set);
  }
}

/** A loop of ldarx and stdcx., with no barrier on either side. @returns the entry before */
function ldarxLoop(ptep: Ptep, change: (pte: Pte) => Pte): Pte {
  return updateInstruction('ldarx, stdcx.', ptep, change, Order.relaxed);
}
