import { inject, injectable } from '@pagerace/di';
import { kernelFunction, Order, readOnce, trace, writeOnce, xchg } from '@pagerace/machine';
import {
  type Architecture,
  type Mm,
  type Page,
  type PageTableLevel,
  type Pfn,
  type Pte,
  type Ptep,
  type SwapEntry,
  swpEntry,
  swpOffset,
  swpType,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_KNL_ERRATUM_MASK,
  _PAGE_PRESENT,
  _PAGE_PROTNONE,
  _PAGE_RW,
  _PAGE_SOFT_DIRTY,
  _PAGE_SPECIAL,
  _PAGE_SWP_EXCLUSIVE,
  _PAGE_SWP_SOFT_DIRTY,
  _PAGE_SWP_UFFD_WP,
  _PAGE_TABLE,
  _PAGE_UFFD_WP,
  _PAGE_USER,
  PTE_PFN_MASK,
  SWP_OFFSET_SHIFT,
  SWP_TYPE_BITS,
} from './bits.js';
import { describePte } from './describe.js';
import { protectionOf } from './protection.js';

const pageShift = 12;
const word = (bits: bigint): Pte => BigInt.asUintN(64, bits);
const has = (pte: Pte, bits: bigint): boolean => (pte & bits) !== 0n;

/** x86-64 with 4-level page tables (arch/x86/include/asm/pgtable.h, v5.17; the exclusive bit v5.19). */
@injectable()
export class X86 implements Architecture {
  readonly name = 'x86';
  readonly pageShift = pageShift;
  readonly levels: readonly PageTableLevel[] = [
    { name: 'pgd', shift: 39, entries: 512 },
    { name: 'pud', shift: 30, entries: 512 },
    { name: 'pmd', shift: 21, entries: 512 },
    { name: 'pte', shift: pageShift, entries: 512 },
  ];
  readonly none: Pte = 0n;
  readonly hasSwpExclusive = true;

  constructor(@inject(TLB_FLUSH) private readonly tlb: TlbFlush) {}

  vmGetPageProt(vmFlags: number): Pte {
    return protectionOf(vmFlags);
  }

  /** An entry that the hardware does not use has its frame number inverted, against L1TF. */
  pfnPte(pfn: Pfn, protection: Pte): Pte {
    const frame = BigInt(pfn) << BigInt(pageShift);
    return ((frame ^ frameInversion(protection)) & PTE_PFN_MASK) | protection;
  }

  mkPte(page: Page, protection: Pte): Pte {
    return this.pfnPte(page.pfn, protection);
  }

  pteMkspecial(pte: Pte): Pte {
    return pte | _PAGE_SPECIAL;
  }

  pteMkwrite(pte: Pte): Pte {
    return pte | _PAGE_RW;
  }

  pteWrprotect(pte: Pte): Pte {
    return pte & ~_PAGE_RW;
  }

  pteMkdirty(pte: Pte): Pte {
    return pte | _PAGE_DIRTY | _PAGE_SOFT_DIRTY;
  }

  pteMkclean(pte: Pte): Pte {
    return pte & ~_PAGE_DIRTY;
  }

  pteMkyoung(pte: Pte): Pte {
    return pte | _PAGE_ACCESSED;
  }

  pteMkold(pte: Pte): Pte {
    return pte & ~_PAGE_ACCESSED;
  }

  pteNone(pte: Pte): boolean {
    return (pte & ~_PAGE_KNL_ERRATUM_MASK) === 0n;
  }

  ptePresent(pte: Pte): boolean {
    return has(pte, _PAGE_PRESENT | _PAGE_PROTNONE);
  }

  pteProtnone(pte: Pte): boolean {
    return (pte & (_PAGE_PRESENT | _PAGE_PROTNONE)) === _PAGE_PROTNONE;
  }

  ptePfn(pte: Pte): Pfn {
    return Number(((pte ^ frameInversion(pte)) & PTE_PFN_MASK) >> BigInt(pageShift));
  }

  pteWrite(pte: Pte): boolean {
    return has(pte, _PAGE_RW);
  }

  pteDirty(pte: Pte): boolean {
    return has(pte, _PAGE_DIRTY);
  }

  pteYoung(pte: Pte): boolean {
    return has(pte, _PAGE_ACCESSED);
  }

  pteSpecial(pte: Pte): boolean {
    return has(pte, _PAGE_SPECIAL);
  }

  pteSoftDirty(pte: Pte): boolean {
    return has(pte, _PAGE_SOFT_DIRTY);
  }

  pteUffdWp(pte: Pte): boolean {
    return has(pte, _PAGE_UFFD_WP);
  }

  /** Protection keys are not modelled. */
  pteAccessPermitted(pte: Pte, write: boolean): boolean {
    const needed = _PAGE_PRESENT | _PAGE_USER | (write ? _PAGE_RW : 0n);
    return (pte & needed) === needed;
  }

  pteSame(one: Pte, other: Pte): boolean {
    return one === other;
  }

  isSwapPte(pte: Pte): boolean {
    return !this.pteNone(pte) && !this.ptePresent(pte);
  }

  /** Offset and type are so placed that an entry with a small offset points to no real frame (L1TF). */
  swpEntryToPte(entry: SwapEntry): Pte {
    const invertedOffset = word(~BigInt(swpOffset(entry)));
    const type = BigInt(swpType(entry));
    return (
      (word(invertedOffset << SWP_OFFSET_SHIFT) >> SWP_TYPE_BITS) |
      word(type << (64n - SWP_TYPE_BITS))
    );
  }

  pteToSwpEntry(pte: Pte): SwapEntry {
    const type = pte >> (64n - SWP_TYPE_BITS);
    const offset = word(~pte << SWP_TYPE_BITS) >> SWP_OFFSET_SHIFT;
    return swpEntry(Number(type), Number(offset));
  }

  pteSwpMkexclusive(pte: Pte): Pte {
    return pte | _PAGE_SWP_EXCLUSIVE;
  }

  pteSwpExclusive(pte: Pte): boolean {
    return has(pte, _PAGE_SWP_EXCLUSIVE);
  }

  pteSwpClearExclusive(pte: Pte): Pte {
    return pte & ~_PAGE_SWP_EXCLUSIVE;
  }

  pteSwpMksoftDirty(pte: Pte): Pte {
    return pte | _PAGE_SWP_SOFT_DIRTY;
  }

  pteSwpSoftDirty(pte: Pte): boolean {
    return has(pte, _PAGE_SWP_SOFT_DIRTY);
  }

  pteSwpClearSoftDirty(pte: Pte): Pte {
    return pte & ~_PAGE_SWP_SOFT_DIRTY;
  }

  pteSwpMkuffdWp(pte: Pte): Pte {
    return pte | _PAGE_SWP_UFFD_WP;
  }

  pteSwpUffdWp(pte: Pte): boolean {
    return has(pte, _PAGE_SWP_UFFD_WP);
  }

  pteSwpClearUffdWp(pte: Pte): Pte {
    return pte & ~_PAGE_SWP_UFFD_WP;
  }

  mkTable(pfn: Pfn): Pte {
    return (BigInt(pfn) << BigInt(pageShift)) | _PAGE_TABLE;
  }

  pmdNone(pmd: Pte): boolean {
    return (pmd & ~_PAGE_KNL_ERRATUM_MASK) === 0n;
  }

  tablePfn(pmd: Pte): Pfn {
    return Number((pmd & PTE_PFN_MASK) >> BigInt(pageShift));
  }

  ptepGet(ptep: Ptep): Pte {
    return readOnce(ptep);
  }

  ptepGetLockless(ptep: Ptep): Pte {
    return readOnce(ptep);
  }

  setPteAt(_mm: Mm, _address: VirtualAddress, ptep: Ptep, pte: Pte): void {
    writeOnce(ptep, pte);
  }

  /** native_ptep_get_and_clear(): a locked xchg, and so fully ordered, which nobody may rely on. */
  @kernelFunction('arch/x86/include/asm/pgtable_64.h')
  ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchg(ptep, this.none);
  }

  /** mm/pgtable-generic.c: an entry that no TLB can have needs no flush. */
  @kernelFunction('mm/pgtable-generic.c')
  ptepClearFlush(vma: Vma, address: VirtualAddress, ptep: Ptep): Pte {
    const pte = this.ptepGetAndClear(vma.mm, address, ptep);
    if (has(pte, _PAGE_PRESENT)) this.tlb.flushTlbPage(vma.mm, address);
    return pte;
  }

  /** test_and_clear_bit(), which is fully ordered; not followed by a flush. */
  @kernelFunction('arch/x86/mm/pgtable.c')
  ptepTestAndClearYoung(_vma: Vma, _address: VirtualAddress, ptep: Ptep): boolean {
    if (!this.pteYoung(readOnce(ptep))) return false;
    trace('test_and_clear_bit');
    return this.pteYoung(ptep.update((pte) => this.pteMkold(pte), Order.full));
  }

  /** clear_bit(). */
  @kernelFunction('arch/x86/include/asm/pgtable.h')
  ptepSetWrprotect(_mm: Mm, _address: VirtualAddress, ptep: Ptep): void {
    trace('clear_bit');
    ptep.update((pte) => this.pteWrprotect(pte), Order.relaxed);
  }

  /** Needs no flush: a CPU that has the weaker entry faults, and finds the stronger one. */
  @kernelFunction('arch/x86/mm/pgtable.c')
  ptepSetAccessFlags(
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

  walkerPermits(pte: Pte, write: boolean): boolean {
    return this.pteAccessPermitted(pte, write);
  }

  /** The walker sets A and D by a locked compare-and-exchange. */
  walkerUses(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined {
    const used = pte | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0n);
    if (used === pte) return pte;
    trace('page walk');
    return ptep.compareExchange(pte, used, Order.full) === pte ? used : undefined;
  }

  describe(pte: Pte): string {
    return describePte(this, pte);
  }
}

/** protnone_mask(): all ones for an entry that is neither none nor present to the hardware. */
function frameInversion(pte: Pte): bigint {
  return pte !== 0n && !has(pte, _PAGE_PRESENT) ? PTE_PFN_MASK : 0n;
}
