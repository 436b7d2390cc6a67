import { injectable } from '@pagerace/di';
import { Order, readOnce, writeOnce, xchg } from '@pagerace/machine';
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
  type TlbFlush,
  type VirtualAddress,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '../index.js';

const PRESENT = 1n;
const WRITE = 2n;
const YOUNG = 4n;
const DIRTY = 8n;
const SPECIAL = 16n;
const SWAP = 32n;
const EXCLUSIVE = 64n;
const HUGE = 128n;
const SOFT_DIRTY = 256n;
const UFFD_WP = 512n;
const shift = 10n;

/** Pages of 16 bytes in tables of 4 entries, three levels deep. */
@injectable()
export class ToyArchitecture implements Architecture {
  readonly name = 'toy';
  readonly faultEntry = { file: 'arch/toy/mm/fault.c', name: 'do_page_fault' };
  readonly pageShift = 4;
  readonly levels: readonly PageTableLevel[] = [
    { name: 'pgd', shift: 8, entries: 4 },
    { name: 'pmd', shift: 6, entries: 4 },
    { name: 'pte', shift: 4, entries: 4 },
  ];
  readonly none = 0n;
  readonly hasSwpExclusive = true;
  readonly hasSoftDirty = true;
  readonly hasUffdWp = true;
  readonly hasRcuTableFree: boolean = false;
  readonly depositRule: DepositRule = 'list';

  vmGetPageProt = (vmFlags: number): Pte =>
    (vmFlags & VM_WRITE) !== 0 && (vmFlags & VM_SHARED) !== 0 ? PRESENT | WRITE : PRESENT;
  pfnPte = (pfn: Pfn, protection: Pte): Pte => (BigInt(pfn) << shift) | protection;
  mkPte = (page: Page, protection: Pte): Pte => this.pfnPte(page.pfn, protection);
  pteMkspecial = (pte: Pte): Pte => pte | SPECIAL;
  pteMkwrite = (pte: Pte): Pte => pte | WRITE;
  pteWrprotect = (pte: Pte): Pte => pte & ~WRITE;
  pteMkdirty = (pte: Pte): Pte => pte | DIRTY | SOFT_DIRTY;
  pteMkclean = (pte: Pte): Pte => pte & ~DIRTY;
  pteMkyoung = (pte: Pte): Pte => pte | YOUNG;
  pteMkold = (pte: Pte): Pte => pte & ~YOUNG;
  pteMksoftDirty = (pte: Pte): Pte => pte | SOFT_DIRTY;
  pteClearSoftDirty = (pte: Pte): Pte => pte & ~SOFT_DIRTY;
  pteMkuffdWp = (pte: Pte): Pte => pte | UFFD_WP;
  pteClearUffdWp = (pte: Pte): Pte => pte & ~UFFD_WP;

  pteNone = (pte: Pte): boolean => pte === 0n;
  ptePresent = (pte: Pte): boolean => (pte & PRESENT) !== 0n;
  pteProtnone = (): boolean => false;
  ptePfn = (pte: Pte): Pfn => Number(pte >> shift);
  pteWrite = (pte: Pte): boolean => (pte & WRITE) !== 0n;
  pteDirty = (pte: Pte): boolean => (pte & DIRTY) !== 0n;
  pteYoung = (pte: Pte): boolean => (pte & YOUNG) !== 0n;
  pteSpecial = (pte: Pte): boolean => (pte & SPECIAL) !== 0n;
  pteSoftDirty = (pte: Pte): boolean => (pte & SOFT_DIRTY) !== 0n;
  pteUffdWp = (pte: Pte): boolean => (pte & UFFD_WP) !== 0n;
  pteAccessPermitted = (pte: Pte, write: boolean): boolean =>
    this.ptePresent(pte) && (!write || this.pteWrite(pte));
  pteSame = (one: Pte, other: Pte): boolean => one === other;

  isSwapPte = (pte: Pte): boolean => (pte & SWAP) !== 0n;
  swpEntryToPte = (entry: SwapEntry): Pte => (BigInt(entry) << shift) | SWAP;
  pteToSwpEntry = (pte: Pte): SwapEntry => Number(pte >> shift);
  pteSwpMkexclusive = (pte: Pte): Pte => pte | EXCLUSIVE;
  pteSwpExclusive = (pte: Pte): boolean => (pte & EXCLUSIVE) !== 0n;
  pteSwpClearExclusive = (pte: Pte): Pte => pte & ~EXCLUSIVE;
  pteSwpMksoftDirty = (pte: Pte): Pte => pte | SOFT_DIRTY;
  pteSwpSoftDirty = (pte: Pte): boolean => (pte & SOFT_DIRTY) !== 0n;
  pteSwpClearSoftDirty = (pte: Pte): Pte => pte & ~SOFT_DIRTY;
  pteSwpMkuffdWp = (pte: Pte): Pte => pte | UFFD_WP;
  pteSwpUffdWp = (pte: Pte): boolean => (pte & UFFD_WP) !== 0n;
  pteSwpClearUffdWp = (pte: Pte): Pte => pte & ~UFFD_WP;

  mkTable = (pfn: Pfn): Pte => this.pfnPte(pfn, PRESENT);
  pmdNone = (pmd: Pte): boolean => pmd === 0n;
  tablePfn = (pmd: Pte): Pfn => this.ptePfn(pmd);
  pmdPresent = (pmd: Pte): boolean => pmd !== 0n;
  kernelAddress = (pfn: Pfn): Pte => BigInt(pfn) << shift;
  pmdTransHuge = (pmd: Pte): boolean => (pmd & HUGE) !== 0n;
  pmdPte = (pmd: Pte): Pte => pmd & ~HUGE;
  pteHugePmd = (pte: Pte): Pte => pte | HUGE;

  ptepGet = (ptep: Ptep): Pte => readOnce(ptep);
  ptepGetLockless = (ptep: Ptep): Pte => readOnce(ptep);
  setPteAt = (_mm: Mm, _address: VirtualAddress, ptep: Ptep, pte: Pte): void =>
    writeOnce(ptep, pte);
  ptepGetAndClear = (_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte => xchg(ptep, this.none);
  ptepClearFlush = (vma: Vma, address: VirtualAddress, ptep: Ptep): Pte =>
    this.ptepGetAndClear(vma.mm, address, ptep);
  ptepTestAndClearYoung = (_vma: Vma, _address: VirtualAddress, ptep: Ptep): boolean =>
    this.pteYoung(ptep.update((pte) => this.pteMkold(pte), Order.full));
  ptepSetWrprotect = (_mm: Mm, _address: VirtualAddress, ptep: Ptep): void =>
    void ptep.update((pte) => this.pteWrprotect(pte));
  ptepSetAccessFlags = (
    _vma: Vma,
    _address: VirtualAddress,
    ptep: Ptep,
    pte: Pte,
    dirty: boolean,
  ): boolean => {
    if (dirty) writeOnce(ptep, pte);
    return dirty;
  };
  pmdpGet = (pmdp: Ptep): Pte => readOnce(pmdp);
  setPmdAt = (_mm: Mm, _address: VirtualAddress, pmdp: Ptep, pmd: Pte): void =>
    writeOnce(pmdp, pmd);
  pmdpSetWrprotect = (mm: Mm, address: VirtualAddress, pmdp: Ptep): void =>
    this.ptepSetWrprotect(mm, address, pmdp);
  pmdpSetAccessFlags = (
    vma: Vma,
    address: VirtualAddress,
    pmdp: Ptep,
    pmd: Pte,
    dirty: boolean,
  ): boolean => this.ptepSetAccessFlags(vma, address, pmdp, pmd, dirty);
  pmdClear = (pmdp: Ptep): void => writeOnce(pmdp, this.none);
  pmdpHugeGetAndClear = (_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte =>
    xchg(pmdp, this.none);
  pmdpInvalidate = (_vma: Vma, _address: VirtualAddress, pmdp: Ptep): Pte =>
    pmdp.update((pmd) => pmd & ~PRESENT, Order.full);
  pmdpHugeClearFlush = (vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte =>
    this.pmdpHugeGetAndClear(vma.mm, address, pmdp);
  pmdpCollapseFlush = (vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte =>
    this.pmdpHugeGetAndClear(vma.mm, address, pmdp);
  switchMmBarrier = (): void => undefined;
  walkerPermits = (pte: Pte, write: boolean): boolean => this.pteAccessPermitted(pte, write);
  walkerUses = (ptep: Ptep, pte: Pte, write: boolean): Pte | undefined => {
    const used = pte | YOUNG | (write ? DIRTY : 0n);
    if (used === pte) return pte;
    return ptep.compareExchange(pte, used, Order.full) === pte ? used : undefined;
  };
  describe = (pte: Pte): string => pte.toString(16);
}

/** There is no TLB, and an access is over at once: nothing ever waits for a flush. */
@injectable()
export class NoTlb implements TlbFlush {
  flushTlbPage(): void {
    // See NoTlb.
  }

  flushTlbRange(): void {
    // See NoTlb.
  }

  shouldDefer(): boolean {
    return false;
  }

  addToBatch(): void {
    // See NoTlb.
  }

  flushBatch(): void {
    // See NoTlb.
  }

  duringAccess<T>(access: () => T): T {
    return access();
  }
}
