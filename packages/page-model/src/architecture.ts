import { token } from '@pagerace/di';
import type { Frame } from '@pagerace/machine';
import type { VirtualAddress } from './address.js';
import type { Mm } from './mm/mm-struct.js';
import type { Page } from './page/page.js';
import type { Pte, Ptep } from './page-table/page-table-entry.js';
import type { Pfn } from './address.js';
import type { SwapEntry } from './page-table/swap-entry.js';
import type { Vma } from './mm/vma.js';

export const ARCHITECTURE = token<Architecture>('page-model.Architecture');

/**
 * pgtable_trans_huge_deposit(): where the page table waits that a huge page will need when it is split.
 *
 * `list`: on a list of the address space (mm/pgtable-generic.c), from which any huge page may take it;
 * that a kernel with split locks has a list for each table of the level above is not told apart.
 * `per pmd`: for that entry alone (powerpc hash). `list in table`: on a list as well, whose links are
 * written into the first two entries of the table (s390, powerpc radix).
 */
export type DepositRule = 'list' | 'per pmd' | 'list in table';

/** A level of the page-table tree. */
export interface PageTableLevel {
  /** The kernel's name of an entry, such as `pmd`. */
  readonly name: string;
  /** How far an address is shifted right to get the entry's number. */
  readonly shift: number;
  /** Entries in a table. */
  readonly entries: number;
  /** An entry of this level that is empty, where that is not {@link Architecture.none}. */
  readonly none?: Pte;
}

/**
 * What an architecture supplies: its page-table entries down to the bit, and what its operations on
 * them order. Names are those of arch/<arch>/include/asm/pgtable.h.
 */
export interface Architecture {
  readonly name: string;
  /** The function that takes a page fault and calls handle_mm_fault(). */
  readonly faultEntry: Frame;
  /** log2 of the page size in bytes. */
  readonly pageShift: number;
  /** From the root down to `pte`. */
  readonly levels: readonly PageTableLevel[];

  // ---- making entries ----

  /** An entry that maps nothing. */
  readonly none: Pte;
  /** vm_get_page_prot(): the protection bits for a mapping; a private writable one comes read-only. */
  vmGetPageProt(vmFlags: number): Pte;
  /** pfn_pte(). */
  pfnPte(pfn: Pfn, protection: Pte): Pte;
  /** mk_pte(). */
  mkPte(page: Page, protection: Pte): Pte;
  /** pte_mkspecial(): no struct page stands behind it that counts this mapping. */
  pteMkspecial(pte: Pte): Pte;
  pteMkwrite(pte: Pte): Pte;
  pteWrprotect(pte: Pte): Pte;
  pteMkdirty(pte: Pte): Pte;
  pteMkclean(pte: Pte): Pte;
  pteMkyoung(pte: Pte): Pte;
  pteMkold(pte: Pte): Pte;
  pteMksoftDirty(pte: Pte): Pte;
  pteClearSoftDirty(pte: Pte): Pte;
  /** pte_mkuffd_wp(). Does not take the write bit, as it does on x86 since v6.3. */
  pteMkuffdWp(pte: Pte): Pte;
  pteClearUffdWp(pte: Pte): Pte;

  // ---- asking entries ----

  pteNone(pte: Pte): boolean;
  ptePresent(pte: Pte): boolean;
  /** PROT_NONE or a NUMA hint: present to the kernel, not to the hardware. */
  pteProtnone(pte: Pte): boolean;
  ptePfn(pte: Pte): Pfn;
  pteWrite(pte: Pte): boolean;
  pteDirty(pte: Pte): boolean;
  pteYoung(pte: Pte): boolean;
  pteSpecial(pte: Pte): boolean;
  /** CONFIG_HAVE_ARCH_SOFT_DIRTY: without it the helpers change nothing, and no entry is soft-dirty. */
  readonly hasSoftDirty: boolean;
  pteSoftDirty(pte: Pte): boolean;
  /** CONFIG_HAVE_ARCH_USERFAULTFD_WP, likewise. */
  readonly hasUffdWp: boolean;
  pteUffdWp(pte: Pte): boolean;
  /** pte_access_permitted(): whether user space may read or, with `write`, write through the entry. */
  pteAccessPermitted(pte: Pte, write: boolean): boolean;
  pteSame(one: Pte, other: Pte): boolean;

  // ---- swap entries ----

  /** Whether pte_swp_exclusive() is more than `false` here (__HAVE_ARCH_PTE_SWP_EXCLUSIVE). */
  readonly hasSwpExclusive: boolean;
  /** is_swap_pte(): neither none nor present. */
  isSwapPte(pte: Pte): boolean;
  /** swp_entry_to_pte(). */
  swpEntryToPte(entry: SwapEntry): Pte;
  /** pte_to_swp_entry(). */
  pteToSwpEntry(pte: Pte): SwapEntry;
  pteSwpMkexclusive(pte: Pte): Pte;
  pteSwpExclusive(pte: Pte): boolean;
  pteSwpClearExclusive(pte: Pte): Pte;
  pteSwpMksoftDirty(pte: Pte): Pte;
  pteSwpSoftDirty(pte: Pte): boolean;
  pteSwpClearSoftDirty(pte: Pte): Pte;
  pteSwpMkuffdWp(pte: Pte): Pte;
  pteSwpUffdWp(pte: Pte): boolean;
  pteSwpClearUffdWp(pte: Pte): Pte;

  // ---- tables ----

  /** pmd_populate() and its like: an entry that points to the table in that frame. */
  mkTable(pfn: Pfn): Pte;
  /** pmd_none() and its like. */
  pmdNone(pmd: Pte): boolean;
  /** The frame of the table that an entry above the last level points to. */
  tablePfn(pmd: Pte): Pfn;
  /** pmd_present(): points to a table or maps a huge page. */
  pmdPresent(pmd: Pte): boolean;
  /** CONFIG_MMU_GATHER_RCU_TABLE_FREE: page tables are freed after a grace period. */
  readonly hasRcuTableFree: boolean;
  /** Where a table waits while a huge page is mapped in its place; see {@link DepositRule}. */
  readonly depositRule: DepositRule;
  /** __va() of a frame: what is found where an entry should be, if a kernel pointer was written there. */
  kernelAddress(pfn: Pfn): Pte;

  // ---- huge pages ----

  /** pmd_trans_huge(): maps a huge page. */
  pmdTransHuge(pmd: Pte): boolean;
  /** pmd_pte(): the entry of the last level that has the frame and the protection of a huge one. */
  pmdPte(pmd: Pte): Pte;
  /** pte_pmd() and pmd_mkhuge(): the other way round. */
  pteHugePmd(pte: Pte): Pte;

  // ---- operations on entries in place ----

  /** ptep_get(): READ_ONCE(). */
  ptepGet(ptep: Ptep): Pte;
  /** ptep_get_lockless(): for GUP-fast, which holds no lock. */
  ptepGetLockless(ptep: Ptep): Pte;
  /** set_pte_at(). */
  setPteAt(mm: Mm, address: VirtualAddress, ptep: Ptep, pte: Pte): void;
  /** ptep_get_and_clear(): does not flush, and no ordering may be assumed of it. */
  ptepGetAndClear(mm: Mm, address: VirtualAddress, ptep: Ptep): Pte;
  /** ptep_clear_flush(): as above, and no CPU uses the old entry any more when it returns. */
  ptepClearFlush(vma: Vma, address: VirtualAddress, ptep: Ptep): Pte;
  /** ptep_test_and_clear_young(). @returns whether the entry was young */
  ptepTestAndClearYoung(vma: Vma, address: VirtualAddress, ptep: Ptep): boolean;
  /** ptep_set_wrprotect(). */
  ptepSetWrprotect(mm: Mm, address: VirtualAddress, ptep: Ptep): void;
  /** ptep_set_access_flags(). @returns whether the entry changed */
  ptepSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    ptep: Ptep,
    pte: Pte,
    dirty: boolean,
  ): boolean;

  // ---- operations on entries of the level above, in place ----

  /** READ_ONCE(*pmdp). */
  pmdpGet(pmdp: Ptep): Pte;
  /** set_pmd_at(). */
  setPmdAt(mm: Mm, address: VirtualAddress, pmdp: Ptep, pmd: Pte): void;
  /** pmdp_set_wrprotect(). */
  pmdpSetWrprotect(mm: Mm, address: VirtualAddress, pmdp: Ptep): void;
  /** pmdp_set_access_flags(). @returns whether the entry changed */
  pmdpSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    pmdp: Ptep,
    pmd: Pte,
    dirty: boolean,
  ): boolean;
  /** pmd_clear(). */
  pmdClear(pmdp: Ptep): void;
  /** pmdp_huge_get_and_clear(): does not flush. */
  pmdpHugeGetAndClear(mm: Mm, address: VirtualAddress, pmdp: Ptep): Pte;
  /** pmdp_invalidate(): makes an entry invalid to the hardware, not to the kernel, and flushes. */
  pmdpInvalidate(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte;
  /** pmdp_huge_clear_flush(). */
  pmdpHugeClearFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte;
  /**
   * pmdp_collapse_flush(): takes out the entry that points to a table. No CPU uses the table for its own
   * accesses any more when it returns; whether GUP-fast does is the architecture's affair.
   */
  pmdpCollapseFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte;

  /** What switch_mm() orders between its bit in mm_cpumask() and the walks of the CPU after it. */
  switchMmBarrier(): void;

  // ---- what the hardware does ----

  /**
   * Whether the page-table walker lets user space read or, with `write`, write through the entry;
   * otherwise it raises a fault. Where software keeps the accessed and dirty bits that is less than
   * {@link Architecture.pteAccessPermitted}: the first access faults.
   */
  walkerPermits(pte: Pte, write: boolean): boolean;
  /**
   * What the page-table walker does to an entry that it uses: sets it young, and dirty for a write,
   * if it was not so. @returns the entry as it is then, or undefined if it has changed meanwhile
   */
  walkerUses(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined;
  /**
   * Whether the page-table walker goes on to the table that an entry points to which is there to the
   * kernel, as pmd_present() says: not on s390 while the entry is invalid. Default true.
   */
  walkerFollows?(pmd: Pte): boolean;
  /**
   * Whether a TLB may keep an entry that is not present, so that an access faults although there is
   * one by now: on RISC-V without Svvptc. Default false.
   */
  readonly walkerKeepsInvalid?: boolean;

  /** An entry of some level with the names of its bits, for traces. */
  describe(pte: Pte, level: PageTableLevel): string;
}
