import { readOnce, smpMb } from '@pagerace/machine';
import type { Mm, Pfn, Pte, Ptep, VirtualAddress, Vma } from '@pagerace/page-model';
import { PmdpAsPtep } from '@pagerace/pgtable-generic';
import {
  _PAGE_INVALID,
  _PAGE_PRESENT,
  _PAGE_PRIVILEGED,
  _PAGE_PTE,
  _PAGE_READ,
  _PAGE_RW,
  _PAGE_RWX,
  _PAGE_WRITE,
} from './bits.js';

/** arch/powerpc/include/asm/page_64.h. */
const PAGE_OFFSET = 0xc000000000000000n;

/**
 * What radix and hash have in common (arch/powerpc/include/asm/book3s/64/pgtable.h, v6.1). Protection
 * keys, and the writable PROT_NONE of automatic NUMA balancing, are not modelled.
 */
export abstract class Book3s64 extends PmdpAsPtep {
  readonly faultEntry = { file: 'arch/powerpc/mm/fault.c', name: '___do_page_fault' };
  override readonly hasRcuTableFree = true;

  override pfnPte(pfn: Pfn, protection: Pte): Pte {
    return super.pfnPte(pfn, protection) | _PAGE_PTE;
  }

  /** What may be written may be read. */
  override pteMkwrite(pte: Pte): Pte {
    return pte | _PAGE_RW;
  }

  /** Also an entry that is _PAGE_INVALID for the moment. */
  override ptePresent(pte: Pte): boolean {
    return (pte & _PAGE_PTE) !== 0n && super.ptePresent(pte);
  }

  override pteProtnone(pte: Pte): boolean {
    const valid = _PAGE_PRESENT | _PAGE_PTE;
    return (pte & (valid | _PAGE_RWX)) === valid;
  }

  override pteAccessPermitted(pte: Pte, write: boolean): boolean {
    const needed = _PAGE_READ | (write ? _PAGE_WRITE : 0n);
    return this.ptePresent(pte) && (pte & (needed | _PAGE_PRIVILEGED)) === needed;
  }

  override ptepSetWrprotect(mm: Mm, address: VirtualAddress, ptep: Ptep): void {
    if (this.pteWrite(readOnce(ptep))) this.pteUpdate(mm, address, ptep, _PAGE_WRITE, 0n);
  }

  override ptepGetAndClear(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte {
    return this.pteUpdate(mm, address, ptep, ~0n, 0n);
  }

  /** Only adds permissions: nothing is flushed, as a CPU that faults reloads the entry. */
  override ptepSetAccessFlags(
    _vma: Vma,
    _address: VirtualAddress,
    ptep: Ptep,
    entry: Pte,
    _dirty: boolean,
  ): boolean {
    if (this.pteSame(readOnce(ptep), entry)) return false;
    this.setAccessFlags(ptep, entry);
    return true;
  }

  override pmdTransHuge(pmd: Pte): boolean {
    return (pmd & _PAGE_PTE) !== 0n;
  }

  /** While pmd_is_serializing(), nobody may use it. */
  override pmdPte(pmd: Pte): Pte {
    return (pmd & _PAGE_PRESENT) === 0n ? pmd & ~_PAGE_RWX : pmd;
  }

  override pteHugePmd(pte: Pte): Pte {
    return pte;
  }

  protected override pmdMkinvalid(pmd: Pte): Pte {
    return (pmd & ~_PAGE_PRESENT) | _PAGE_INVALID;
  }

  /** pmd_hugepage_update(). */
  override pmdpHugeGetAndClear(mm: Mm, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.pteUpdate(mm, address, pmdp, ~0n, 0n);
  }

  override pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = this.pteUpdate(vma.mm, address, pmdp, _PAGE_PRESENT, _PAGE_INVALID);
    this.flushPmdRange(vma, address);
    return pmd;
  }

  /** switch_mm_irqs_off(): pairs with the flush, and with serialize_against_pte_lookup(). */
  override switchMmBarrier(): void {
    smpMb('switch_mm_irqs_off');
  }

  /** Within the linear mapping. */
  override kernelAddress(pfn: Pfn): Pte {
    return PAGE_OFFSET | super.kernelAddress(pfn);
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return (pte & _PAGE_PRESENT) !== 0n && this.pteAccessPermitted(pte, write);
  }

  /** pte_update(): clears and sets bits of an entry. @returns the entry before */
  protected abstract pteUpdate(
    mm: Mm,
    address: VirtualAddress,
    ptep: Ptep,
    clear: bigint,
    set: bigint,
  ): Pte;

  /** __ptep_set_access_flags(): sets what an entry permits and what it has been used for. */
  protected abstract setAccessFlags(ptep: Ptep, entry: Pte): void;
}
