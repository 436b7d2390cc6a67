import { inject, injectable } from '@pagerace/di';
import {
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
} from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import { _PAGE_NEWPAGE, _PAGE_NEWPROT } from './bits.js';
import { umLayout } from './layout.js';

/**
 * 64-bit user-mode Linux (arch/um/include/asm/pgtable.h, v6.1; the exclusive bit v6.3). Its TLB is what
 * the host has mapped, by mmap() and mprotect().
 */
@injectable()
export class Um extends GenericPgtable {
  readonly name = 'um';
  readonly faultEntry = { file: 'arch/um/kernel/trap.c', name: 'handle_page_fault' };

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(umLayout, tlb, exclusive);
  }

  override pteMkwrite(pte: Pte): Pte {
    return super.pteWrite(pte) ? pte : super.pteMkwrite(pte) | _PAGE_NEWPROT;
  }

  override pteWrprotect(pte: Pte): Pte {
    return super.pteWrite(pte) ? super.pteWrprotect(pte) | _PAGE_NEWPROT : pte;
  }

  /** PROT_NONE is never writable. */
  override pteWrite(pte: Pte): boolean {
    return super.pteWrite(pte) && !this.pteProtnone(pte);
  }

  override pteSame(one: Pte, other: Pte): boolean {
    return ((one ^ other) & ~_PAGE_NEWPAGE) === 0n;
  }

  /** set_pte(): the host is to be told, also of an entry that is empty or swapped. */
  override setPteAt(mm: Mm, address: VirtualAddress, ptep: Ptep, pte: Pte): void {
    const told = _PAGE_NEWPAGE | (this.ptePresent(pte) ? _PAGE_NEWPROT : 0n);
    super.setPteAt(mm, address, ptep, pte | told);
  }

  override pmdNone(pmd: Pte): boolean {
    return (pmd & ~_PAGE_NEWPAGE) === 0n;
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return !this.pteProtnone(pte) && super.walkerPermits(pte, write);
  }
}
