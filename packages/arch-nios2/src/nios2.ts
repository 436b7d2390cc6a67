import { inject, injectable } from '@pagerace/di';
import {
  type Mm,
  type Pfn,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
} from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import { _PAGE_EXEC, _PAGE_READ, _PAGE_WRITE } from './bits.js';
import { INVALID_PTE_TABLE, nios2Layout } from './layout.js';

/** Where the kernel sees physical memory: CONFIG_NIOS2_KERNEL_REGION_BASE. */
const KERNEL_REGION_BASE = 0xc000_0000n;

/**
 * Nios II (arch/nios2/include/asm/pgtable.h, v6.1; the exclusive bit, and swap entries with it, v6.3),
 * whose TLB software fills.
 */
@injectable()
export class Nios2 extends GenericPgtable {
  readonly name = 'nios2';
  readonly faultEntry = { file: 'arch/nios2/mm/fault.c', name: 'do_page_fault' };

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(nios2Layout, tlb, exclusive);
  }

  override pteProtnone(pte: Pte): boolean {
    return this.ptePresent(pte) && (pte & (_PAGE_READ | _PAGE_WRITE | _PAGE_EXEC)) === 0n;
  }

  /** pte_clear() leaves the lowest bits of the page's number. */
  override ptepGetAndClear(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte {
    const pte = this.ptepGet(ptep);
    this.setPteAt(mm, address, ptep, BigInt(Math.floor(address / 2 ** this.pageShift) % 16));
    return pte;
  }

  /** The kernel's address of the table, without any bits. */
  override mkTable(pfn: Pfn): Pte {
    return this.kernelAddress(pfn);
  }

  override tablePfn(pmd: Pte): Pfn {
    return Number((pmd - KERNEL_REGION_BASE) >> BigInt(this.pageShift));
  }

  override kernelAddress(pfn: Pfn): Pte {
    return KERNEL_REGION_BASE + super.kernelAddress(pfn);
  }

  override pmdNone(pmd: Pte): boolean {
    return pmd === INVALID_PTE_TABLE || pmd === 0n;
  }

  /**
   * What arch/nios2/kernel/head.S:fast_handler puts into the TLB as it is (v6.1): of software's bits the
   * hardware knows nothing, and a store to an entry that is writable and clean does not make it dirty.
   */
  override walkerPermits(pte: Pte, write: boolean): boolean {
    return (pte & (write ? _PAGE_WRITE : _PAGE_READ)) !== 0n;
  }
}
