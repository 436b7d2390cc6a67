import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import {
  flushTlbMm,
  type Mm,
  type Pfn,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
} from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import {
  CACHE_BASE,
  INVALID_PMD_TABLE,
  INVALID_PTE_TABLE,
  INVALID_PUD_TABLE,
} from './addresses.js';
import {
  _PAGE_DIRTY,
  _PAGE_MODIFIED,
  _PAGE_NO_READ,
  _PAGE_PRESENT,
  _PAGE_PRESENT_INVALID,
  _PAGE_PROTNONE,
  _PAGE_VALID,
  _PAGE_WRITE,
} from './bits.js';
import { loongarchLayout } from './layout.js';

/**
 * 64-bit LoongArch with pages of 16 KiB (arch/loongarch/include/asm/pgtable.h, v6.1; the exclusive bit,
 * and swap entries with it, v6.3), whose page-table walker sets no bits. Entries are cleared by an
 * ordinary load and an ordinary store.
 */
@injectable()
export class Loongarch extends GenericPgtable {
  readonly name = 'loongarch';
  readonly faultEntry = { file: 'arch/loongarch/mm/fault.c', name: '__do_page_fault' };

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(loongarchLayout(14), tlb, exclusive);
  }

  /** The hardware lets stores through if the entry is dirty, too. */
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

  /** The kernel's address of the table, without any bits. */
  override mkTable(pfn: Pfn): Pte {
    return this.kernelAddress(pfn);
  }

  override kernelAddress(pfn: Pfn): Pte {
    return CACHE_BASE + super.kernelAddress(pfn);
  }

  override pmdNone(pmd: Pte): boolean {
    return pmd === INVALID_PTE_TABLE || pmd === INVALID_PMD_TABLE || pmd === INVALID_PUD_TABLE;
  }

  /** flush_tlb_all(); of another process nothing is told apart. */
  @kernelFunction('arch/loongarch/mm/pgtable.c')
  override setPmdAt(mm: Mm, address: VirtualAddress, pmdp: Ptep, pmd: Pte): void {
    super.setPmdAt(mm, address, pmdp, pmd);
    flushTlbMm(this.tlb, mm);
  }

  /** Keeps it present, to the kernel (ddc1729b07cc); before, it was taken for no huge page. */
  protected override pmdMkinvalid(pmd: Pte): Pte {
    const cleared = _PAGE_PRESENT | _PAGE_VALID | _PAGE_DIRTY | _PAGE_PROTNONE;
    return (pmd & ~cleared) | _PAGE_PRESENT_INVALID;
  }

  /** PROT_NONE and no flush pending otherwise. */
  protected override pteAccessible(pte: Pte): boolean {
    return (pte & _PAGE_PRESENT) !== 0n;
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    const needed = _PAGE_VALID | (write ? _PAGE_DIRTY : 0n);
    return this.ptePresent(pte) && (pte & (needed | _PAGE_NO_READ)) === needed;
  }
}
