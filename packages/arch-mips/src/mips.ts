import { inject, injectable } from '@pagerace/di';
import { kernelFunction, readOnce } from '@pagerace/machine';
import {
  type Pfn,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import { CAC_BASE, INVALID_PMD_TABLE, INVALID_PTE_TABLE } from './addresses.js';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_MODIFIED,
  _PAGE_NO_READ,
  _PAGE_PRESENT,
  _PAGE_VALID,
  _PAGE_WRITE,
} from './bits.js';
import { mipsLayout } from './layout.js';

/**
 * 64-bit MIPS with pages of 4 KiB (arch/mips/include/asm/pgtable.h, v6.1; the exclusive bit, and swap
 * entries with it, v6.3), whose TLB software fills. Entries are cleared by an ordinary load and an
 * ordinary store.
 */
@injectable()
export class Mips extends GenericPgtable {
  readonly name: string = 'mips';
  readonly faultEntry = { file: 'arch/mips/mm/fault.c', name: '__do_page_fault' };

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(mipsLayout(12), tlb, exclusive);
  }

  /** Software's accessed bit lets the hardware load, unless the mapping is PROT_NONE. */
  override pteMkyoung(pte: Pte): Pte {
    return pte | _PAGE_ACCESSED | ((pte & _PAGE_NO_READ) === 0n ? _PAGE_VALID : 0n);
  }

  override pteMkold(pte: Pte): Pte {
    return pte & ~(_PAGE_ACCESSED | _PAGE_VALID);
  }

  /** Software's write and modified bits together let the hardware store. */
  override pteMkwrite(pte: Pte): Pte {
    return pte | _PAGE_WRITE | ((pte & _PAGE_MODIFIED) === 0n ? 0n : _PAGE_DIRTY);
  }

  override pteMkdirty(pte: Pte): Pte {
    return pte | _PAGE_MODIFIED | ((pte & _PAGE_WRITE) === 0n ? 0n : _PAGE_DIRTY);
  }

  override pteWrprotect(pte: Pte): Pte {
    return pte & ~(_PAGE_WRITE | _PAGE_DIRTY);
  }

  override pteMkclean(pte: Pte): Pte {
    return pte & ~(_PAGE_MODIFIED | _PAGE_DIRTY);
  }

  /** Nothing else may not be read: there are no NUMA hints, and write-only mappings can be read here. */
  override pteProtnone(pte: Pte): boolean {
    return this.ptePresent(pte) && (pte & _PAGE_NO_READ) !== 0n;
  }

  /** The kernel's address of the table, without any bits. */
  override mkTable(pfn: Pfn): Pte {
    return this.kernelAddress(pfn);
  }

  override tablePfn(pmd: Pte): Pfn {
    return Number((pmd - CAC_BASE) >> BigInt(this.pageShift));
  }

  override kernelAddress(pfn: Pfn): Pte {
    return CAC_BASE + super.kernelAddress(pfn);
  }

  override pmdNone(pmd: Pte): boolean {
    return pmd === INVALID_PTE_TABLE || pmd === INVALID_PMD_TABLE;
  }

  /** Not a huge page that is invalid for the moment (arch/mips/include/asm/pgtable-64.h). */
  override pmdPresent(pmd: Pte): boolean {
    return this.pmdTransHuge(pmd) ? (pmd & _PAGE_PRESENT) !== 0n : super.pmdPresent(pmd);
  }

  /** pmd_mkinvalid(); _PAGE_HUGE stays, by which pmd_trans_huge() knows it. */
  protected override pmdMkinvalid(pmd: Pte): Pte {
    return pmd & ~(_PAGE_PRESENT | _PAGE_VALID | _PAGE_DIRTY);
  }

  /** The caller's update_mmu_cache() flushes this CPU; another one faults again and finds the entry. */
  @kernelFunction('arch/mips/include/asm/pgtable.h')
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

  override walkerPermits(pte: Pte, write: boolean): boolean {
    const needed = _PAGE_PRESENT | _PAGE_VALID | (write ? _PAGE_DIRTY : 0n);
    return (pte & needed) === needed;
  }
}

/** On a core with memory-map ids, whose TLB flush interrupts nobody. */
@injectable()
export class MipsMmid extends Mips {
  override readonly name = 'mips-mmid';
}
