import {
  type Frame,
  kernelFunction,
  type Order,
  readOnce,
  trace,
  writeOnce,
} from '@pagerace/machine';
import {
  type Architecture,
  type DepositRule,
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
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { put, take } from './bit-field.js';
import { describePte } from './describe.js';
import type { PteLayout, SwapLayout } from './layout.js';
import type { PteSwpExclusive } from './pte-swp-exclusive.js';
import { protectionOf } from './protection.js';

const has = (entry: Pte, bits: bigint): boolean => (entry & bits) !== 0n;

/**
 * What architectures have in common: entries as a {@link PteLayout} says, and the operations that
 * include/linux/pgtable.h and mm/pgtable-generic.c have for an architecture without its own (v5.17).
 * An architecture overrides what is special to it, as it defines __HAVE_ARCH_….
 */
export abstract class GenericPgtable implements Architecture {
  abstract readonly name: string;
  abstract readonly faultEntry: Frame;
  readonly pageShift: number;
  readonly levels: readonly PageTableLevel[];
  readonly none: Pte;
  readonly hasSwpExclusive: boolean;
  protected readonly swap: SwapLayout;
  readonly hasSoftDirty: boolean;
  readonly hasUffdWp: boolean;
  readonly hasRcuTableFree: boolean = false;
  readonly depositRule: DepositRule = 'list';

  constructor(
    protected readonly layout: PteLayout,
    protected readonly tlb: TlbFlush,
    { hasBit }: PteSwpExclusive,
  ) {
    this.pageShift = layout.pageShift;
    this.levels = layout.levels;
    this.none = layout.none;
    this.swap = hasBit ? layout.swap : layout.swapBeforeExclusive;
    this.hasSwpExclusive = hasBit;
    this.hasSoftDirty = layout.softDirty !== 0n;
    this.hasUffdWp = layout.uffdWp !== 0n;
  }

  // ---- making entries ----

  vmGetPageProt(vmFlags: number): Pte {
    return protectionOf(this.layout.protection, vmFlags);
  }

  pfnPte(pfn: Pfn, protection: Pte): Pte {
    return put(this.layout.frame, pfn) | protection;
  }

  mkPte(page: Page, protection: Pte): Pte {
    return this.pfnPte(page.pfn, protection);
  }

  pteMkspecial(pte: Pte): Pte {
    return pte | this.layout.special;
  }

  pteMkwrite(pte: Pte): Pte {
    return pte | this.layout.write;
  }

  pteWrprotect(pte: Pte): Pte {
    return pte & ~this.layout.write;
  }

  /** Where there is a soft-dirty bit, dirtying sets it too; cleaning leaves it. */
  pteMkdirty(pte: Pte): Pte {
    return pte | this.layout.dirty | this.layout.softDirty;
  }

  pteMkclean(pte: Pte): Pte {
    return pte & ~this.layout.dirty;
  }

  pteMkyoung(pte: Pte): Pte {
    return pte | this.layout.young;
  }

  pteMkold(pte: Pte): Pte {
    return pte & ~this.layout.young;
  }

  pteMksoftDirty(pte: Pte): Pte {
    return pte | this.layout.softDirty;
  }

  pteClearSoftDirty(pte: Pte): Pte {
    return pte & ~this.layout.softDirty;
  }

  pteMkuffdWp(pte: Pte): Pte {
    return pte | this.layout.uffdWp;
  }

  pteClearUffdWp(pte: Pte): Pte {
    return pte & ~this.layout.uffdWp;
  }

  // ---- asking entries ----

  pteNone(pte: Pte): boolean {
    return (pte & ~this.layout.strayInNone) === this.none;
  }

  ptePresent(pte: Pte): boolean {
    return has(pte, this.layout.present);
  }

  pteProtnone(pte: Pte): boolean {
    const { present, protnone } = this.layout;
    return protnone !== 0n && (pte & present) === protnone;
  }

  ptePfn(pte: Pte): Pfn {
    return take(this.layout.frame, pte);
  }

  pteWrite(pte: Pte): boolean {
    return has(pte, this.layout.write);
  }

  pteDirty(pte: Pte): boolean {
    return has(pte, this.layout.dirty);
  }

  pteYoung(pte: Pte): boolean {
    return has(pte, this.layout.young);
  }

  /** Without a bit for it (CONFIG_ARCH_HAS_PTE_SPECIAL), vm_normal_page() knows the zero page by its frame. */
  pteSpecial(pte: Pte): boolean {
    const { special } = this.layout;
    return special === 0n ? this.ptePresent(pte) && this.ptePfn(pte) === 0 : has(pte, special);
  }

  pteSoftDirty(pte: Pte): boolean {
    return has(pte, this.layout.softDirty);
  }

  pteUffdWp(pte: Pte): boolean {
    return has(pte, this.layout.uffdWp);
  }

  pteAccessPermitted(pte: Pte, write: boolean): boolean {
    return this.ptePresent(pte) && (!write || this.pteWrite(pte));
  }

  pteSame(one: Pte, other: Pte): boolean {
    return one === other;
  }

  // ---- swap entries ----

  isSwapPte(pte: Pte): boolean {
    return !this.pteNone(pte) && !this.ptePresent(pte);
  }

  swpEntryToPte(entry: SwapEntry): Pte {
    const { marker, type, offset } = this.swap;
    return marker | put(type, swpType(entry)) | put(offset, swpOffset(entry));
  }

  pteToSwpEntry(pte: Pte): SwapEntry {
    const { type, offset } = this.swap;
    return swpEntry(take(type, pte), take(offset, pte));
  }

  pteSwpMkexclusive(pte: Pte): Pte {
    return pte | this.swap.exclusive;
  }

  pteSwpExclusive(pte: Pte): boolean {
    return has(pte, this.swap.exclusive);
  }

  pteSwpClearExclusive(pte: Pte): Pte {
    return pte & ~this.swap.exclusive;
  }

  pteSwpMksoftDirty(pte: Pte): Pte {
    return pte | this.swap.softDirty;
  }

  pteSwpSoftDirty(pte: Pte): boolean {
    return has(pte, this.swap.softDirty);
  }

  pteSwpClearSoftDirty(pte: Pte): Pte {
    return pte & ~this.swap.softDirty;
  }

  pteSwpMkuffdWp(pte: Pte): Pte {
    return pte | this.swap.uffdWp;
  }

  pteSwpUffdWp(pte: Pte): boolean {
    return has(pte, this.swap.uffdWp);
  }

  pteSwpClearUffdWp(pte: Pte): Pte {
    return pte & ~this.swap.uffdWp;
  }

  // ---- tables ----

  mkTable(pfn: Pfn): Pte {
    return put(this.layout.frame, pfn) | this.layout.table;
  }

  pmdNone(pmd: Pte): boolean {
    return pmd === this.none;
  }

  tablePfn(pmd: Pte): Pfn {
    return take(this.layout.frame, pmd);
  }

  pmdPresent(pmd: Pte): boolean {
    return !this.pmdNone(pmd);
  }

  /** The identity mapping: that of an architecture without one that matters is not modelled. */
  kernelAddress(pfn: Pfn): Pte {
    return BigInt(pfn) << BigInt(this.pageShift);
  }

  // ---- huge pages ----

  pmdTransHuge(pmd: Pte): boolean {
    return has(pmd, this.layout.huge ?? 0n);
  }

  pmdPte(pmd: Pte): Pte {
    return pmd & ~(this.layout.huge ?? 0n);
  }

  pteHugePmd(pte: Pte): Pte {
    return pte | (this.layout.huge ?? 0n);
  }

  // ---- operations on entries in place ----

  ptepGet(ptep: Ptep): Pte {
    return readOnce(ptep);
  }

  ptepGetLockless(ptep: Ptep): Pte {
    return readOnce(ptep);
  }

  setPteAt(_mm: Mm, _address: VirtualAddress, ptep: Ptep, pte: Pte): void {
    writeOnce(ptep, pte);
  }

  /** An ordinary load and an ordinary store: whatever the hardware sets in between is lost. */
  @kernelFunction('include/linux/pgtable.h')
  ptepGetAndClear(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte {
    const pte = readOnce(ptep);
    this.setPteAt(mm, address, ptep, this.none);
    return pte;
  }

  @kernelFunction('mm/pgtable-generic.c')
  ptepClearFlush(vma: Vma, address: VirtualAddress, ptep: Ptep): Pte {
    const pte = this.ptepGetAndClear(vma.mm, address, ptep);
    if (this.pteAccessible(pte)) this.tlb.flushTlbPage(vma.mm, address);
    return pte;
  }

  @kernelFunction('include/linux/pgtable.h')
  ptepTestAndClearYoung(vma: Vma, address: VirtualAddress, ptep: Ptep): boolean {
    const pte = readOnce(ptep);
    if (!this.pteYoung(pte)) return false;
    this.setPteAt(vma.mm, address, ptep, this.pteMkold(pte));
    return true;
  }

  @kernelFunction('include/linux/pgtable.h')
  ptepSetWrprotect(mm: Mm, address: VirtualAddress, ptep: Ptep): void {
    this.setPteAt(mm, address, ptep, this.pteWrprotect(readOnce(ptep)));
  }

  @kernelFunction('mm/pgtable-generic.c')
  ptepSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    pte: Pte,
    _dirty: boolean,
  ): boolean {
    const changed = !this.pteSame(readOnce(ptep), pte);
    if (changed) {
      this.setPteAt(vma.mm, address, ptep, pte);
      // flush_tlb_fix_spurious_fault(): is flush_tlb_page() where it is not redefined.
      this.tlb.flushTlbPage(vma.mm, address);
    }
    return changed;
  }

  // ---- operations on entries of the level above, in place ----

  pmdpGet(pmdp: Ptep): Pte {
    return readOnce(pmdp);
  }

  setPmdAt(_mm: Mm, _address: VirtualAddress, pmdp: Ptep, pmd: Pte): void {
    writeOnce(pmdp, pmd);
  }

  @kernelFunction('include/linux/pgtable.h')
  pmdpSetWrprotect(mm: Mm, address: VirtualAddress, pmdp: Ptep): void {
    const pte = this.pteWrprotect(this.pmdPte(readOnce(pmdp)));
    this.setPmdAt(mm, address, pmdp, this.pteHugePmd(pte));
  }

  @kernelFunction('mm/pgtable-generic.c')
  pmdpSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    pmdp: Ptep,
    pmd: Pte,
    _dirty: boolean,
  ): boolean {
    const changed = readOnce(pmdp) !== pmd;
    if (changed) {
      this.setPmdAt(vma.mm, address, pmdp, pmd);
      this.flushPmdRange(vma, address);
    }
    return changed;
  }

  pmdClear(pmdp: Ptep): void {
    writeOnce(pmdp, this.levels.at(-2)?.none ?? this.none);
  }

  /** An ordinary load and an ordinary store. */
  @kernelFunction('include/linux/pgtable.h')
  pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = readOnce(pmdp);
    this.pmdClear(pmdp);
    return pmd;
  }

  @kernelFunction('mm/pgtable-generic.c')
  pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = readOnce(pmdp);
    this.setPmdAt(vma.mm, address, pmdp, this.pmdMkinvalid(pmd));
    this.flushPmdRange(vma, address);
    return pmd;
  }

  /** pmd_mkinvalid(): still there to the kernel, as pmd_present() and pmd_trans_huge() say. */
  protected pmdMkinvalid(pmd: Pte): Pte {
    return pmd & ~this.layout.present;
  }

  @kernelFunction('mm/pgtable-generic.c')
  pmdpHugeClearFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = this.pmdpHugeGetAndClear(vma.mm, address, pmdp);
    this.flushPmdRange(vma, address);
    return pmd;
  }

  @kernelFunction('mm/pgtable-generic.c')
  pmdpCollapseFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = this.pmdpHugeGetAndClear(vma.mm, address, pmdp);
    // The entries of the table are flushed one by one, not as one of a huge page.
    this.flushPmdRange(vma, address);
    return pmd;
  }

  /** Nothing. */
  switchMmBarrier(): void {
    // See Architecture.
  }

  /** flush_pmd_tlb_range(). */
  protected flushPmdRange({ mm }: Vma, address: VirtualAddress): void {
    this.tlb.flushTlbRange(mm, address, address + mm.memory.hpagePmdSize);
  }

  /** pte_accessible(): whether a TLB may have the entry. */
  protected pteAccessible(_pte: Pte): boolean {
    return true;
  }

  // ---- what the hardware does ----

  /** Software keeps the accessed and dirty bits: the hardware faults where it would have to set one. */
  walkerPermits(pte: Pte, write: boolean): boolean {
    return (
      this.pteAccessPermitted(pte, write) && this.pteYoung(pte) && (!write || this.pteDirty(pte))
    );
  }

  walkerUses(_ptep: Ptep, pte: Pte, _write: boolean): Pte | undefined {
    return pte;
  }

  /** For a walker that sets bits itself, by a locked update. */
  protected walkerSets(ptep: Ptep, pte: Pte, used: Pte, order: Order): Pte | undefined {
    if (used === pte) return pte;
    trace('page walk');
    return ptep.compareExchange(pte, used, order) === pte ? used : undefined;
  }

  describe(entry: Pte, level?: PageTableLevel): string {
    if (level === undefined || level === this.levels.at(-1)) return describePte(this, entry);
    if (this.pmdNone(entry)) return 'none';
    if (this.pmdTransHuge(entry)) return `huge, ${describePte(this, this.pmdPte(entry))}`;
    return `table in pfn ${String(this.tablePfn(entry))}`;
  }
}
