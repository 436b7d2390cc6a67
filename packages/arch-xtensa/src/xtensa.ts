import { inject, injectable } from '@pagerace/di';
import { type Pfn, type Pte, TLB_FLUSH, type TlbFlush } from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import {
  _PAGE_ATTRIB_MASK,
  _PAGE_CA_INVALID,
  _PAGE_CA_MASK,
  _PAGE_HW_WRITE,
  _PAGE_NONE,
} from './bits.js';
import { xtensaLayout } from './layout.js';

/** Where the kernel sees physical memory: XCHAL_KSEG_CACHED_VADDR. */
const KSEG_CACHED = 0xd000_0000n;

/**
 * Xtensa (arch/xtensa/include/asm/pgtable.h, v6.1; the exclusive bit v6.3). Entries are cleared by an
 * ordinary load and an ordinary store. That a store's fault sets the bits in assembler, by an ordinary
 * load and store without any lock (arch/xtensa/kernel/entry.S:fast_store_prohibited), is not modelled.
 */
@injectable()
export class Xtensa extends GenericPgtable {
  readonly name = 'xtensa';
  readonly faultEntry = { file: 'arch/xtensa/mm/fault.c', name: 'do_page_fault' };

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(xtensaLayout, tlb, exclusive);
  }

  /** Of PROT_NONE the bit is a part of the attribute, and the entry is present no more. */
  override pteWrprotect(pte: Pte): Pte {
    return super.pteWrprotect(pte) & ~_PAGE_HW_WRITE;
  }

  /** As {@link pteWrprotect}. */
  override pteMkclean(pte: Pte): Pte {
    return super.pteMkclean(pte) & ~_PAGE_HW_WRITE;
  }

  override ptePresent(pte: Pte): boolean {
    return (pte & _PAGE_CA_MASK) !== _PAGE_CA_INVALID || this.pteProtnone(pte);
  }

  override pteProtnone(pte: Pte): boolean {
    return (pte & _PAGE_ATTRIB_MASK) === _PAGE_NONE;
  }

  /** The kernel's address of the table, without any bits. */
  override mkTable(pfn: Pfn): Pte {
    return this.kernelAddress(pfn);
  }

  override tablePfn(pmd: Pte): Pfn {
    return Number((pmd - KSEG_CACHED) >> BigInt(this.pageShift));
  }

  override kernelAddress(pfn: Pfn): Pte {
    return KSEG_CACHED + super.kernelAddress(pfn);
  }

  override pmdNone(pmd: Pte): boolean {
    return pmd === 0n;
  }

  /** The hardware does not know of an entry that is old: a load needs no fault to make it young. */
  override walkerPermits(pte: Pte, write: boolean): boolean {
    if (this.pteProtnone(pte)) return false;
    return write ? super.walkerPermits(pte, true) : this.ptePresent(pte);
  }
}
