import { inject, injectable } from '@pagerace/di';
import { cmpxchg, kernelFunction, Order, readOnce, trace, writeOnce } from '@pagerace/machine';
import {
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import {
  TRANSLATIONS,
  type Translations,
  PTE_SWP_EXCLUSIVE,
  type PteSwpExclusive,
} from '@pagerace/pgtable-generic';
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_HPTEFLAGS,
  _PAGE_RWX,
  _PAGE_SOFT_DIRTY,
  H_PAGE_BUSY,
  H_PAGE_HASHPTE,
} from './bits.js';
import { Book3s64 } from './book3s64.js';
import { hashLayout } from './layout.js';
import { serializeAgainstPteLookup } from './serialize.js';
import { tlbie } from './tlbie.js';

/**
 * The hash MMU with pages of 64 KiB. The hardware looks into the hash table only; what is not there, or
 * may not do what is asked, the kernel puts there from the page table.
 *
 * An entry that leaves the hash table is flushed at once; the kernel may leave that to the end of a
 * section of lazy MMU mode, which is within the page-table lock as well. Where a huge page is in the hash
 * table is kept in the deposited page table (hash__pgtable_trans_huge_deposit()), and not modelled.
 */
@injectable()
export class Hash extends Book3s64 {
  readonly name = 'powerpc-hash';
  override readonly depositRule = 'per pmd';

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
    @inject(TRANSLATIONS) private readonly translations: Translations,
  ) {
    super(hashLayout, tlb, exclusive);
  }

  /** Whether the hash table has it is no part of an entry. */
  override pteSame(one: Pte, other: Pte): boolean {
    return ((one ^ other) & ~_PAGE_HPTEFLAGS) === 0n;
  }

  /** set_pte_filter(): a new entry is not in the hash table. */
  @kernelFunction('arch/powerpc/mm/pgtable.c')
  override setPteAt(_mm: Mm, _address: VirtualAddress, ptep: Ptep, pte: Pte): void {
    writeOnce(ptep, pte & ~_PAGE_HPTEFLAGS);
  }

  /** Waits for who puts entries of the table into the hash table, and so for every walk of it. */
  @kernelFunction('arch/powerpc/mm/book3s64/hash_pgtable.c', 'hash__pmdp_collapse_flush')
  override pmdpCollapseFlush(vma: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    const pmd = readOnce(pmdp);
    this.pmdClear(pmdp);
    serializeAgainstPteLookup(vma.mm);
    this.flushHashTablePmdRange(vma.mm, pmd, address);
    return pmd;
  }

  /** What the hash table has of the entries leaves it, though the entries stay. */
  @kernelFunction('arch/powerpc/mm/book3s64/hash_tlb.c')
  protected flushHashTablePmdRange(mm: Mm, pmd: Pte, start: VirtualAddress): void {
    const { memory } = mm;
    const table = memory.pageTableAt(this.tablePfn(pmd));
    for (let nth = 0; nth < memory.hpagePmdNr; nth++) {
      const address = start + nth * memory.pageSize;
      const pte = readOnce(table.entry(address)!);
      if ((pte & H_PAGE_HASHPTE) !== 0n) this.hpteNeedFlush(mm, address);
    }
  }

  /** To be seen used again an entry has to be hashed again: so one that is old but hashed is flushed. */
  override ptepTestAndClearYoung(vma: Vma, address: VirtualAddress, ptep: Ptep): boolean {
    if ((readOnce(ptep) & (_PAGE_ACCESSED | H_PAGE_HASHPTE)) === 0n) return false;
    return this.pteYoung(this.pteUpdate(vma.mm, address, ptep, _PAGE_ACCESSED, 0n));
  }

  override walkerUses(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined {
    const hashed = H_PAGE_HASHPTE | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0n);
    return (pte & hashed) === hashed && isFree(pte) ? pte : this.hashPage64K(ptep, pte, write);
  }

  /** Puts an entry into the hash table; undefined if it has changed meanwhile. */
  @kernelFunction('arch/powerpc/mm/book3s64/hash_64k.c', '__hash_page_64K')
  protected hashPage64K(ptep: Ptep, pte: Pte, write: boolean): Pte | undefined {
    if (!isFree(pte)) {
      // The access faults again and again until whoever is busy with the entry has done.
      ptep.await(isFree);
      return undefined;
    }
    const used = pte | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0n);
    if (cmpxchg(ptep, pte, used | H_PAGE_BUSY) !== pte) return undefined;
    const hashed = (used & ~_PAGE_HPTEFLAGS) | H_PAGE_HASHPTE;
    writeOnce(ptep, hashed);
    return hashed;
  }

  /** No barrier on either side; nor anything else, for an entry that is not in the hash table. */
  @kernelFunction('arch/powerpc/include/asm/book3s/64/hash.h', 'hash__pte_update')
  protected override pteUpdate(
    mm: Mm,
    address: VirtualAddress,
    ptep: Ptep,
    clear: bigint,
    set: bigint,
  ): Pte {
    const old = ldarxLoop(ptep, (pte) => (pte & ~clear) | set);
    if ((old & H_PAGE_HASHPTE) !== 0n) this.hpteNeedFlush(mm, address);
    return old;
  }

  @kernelFunction('arch/powerpc/include/asm/book3s/64/hash.h', 'hash__ptep_set_access_flags')
  protected override setAccessFlags(ptep: Ptep, entry: Pte): void {
    const set = entry & (_PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_RWX | _PAGE_SOFT_DIRTY);
    ldarxLoop(ptep, (pte) => pte | set);
  }

  @kernelFunction('arch/powerpc/mm/book3s64/hash_tlb.c')
  protected hpteNeedFlush(mm: Mm, address: VirtualAddress): void {
    tlbie(this.translations, { mm, start: address, end: address + 2 ** this.pageShift });
  }
}

function isFree(pte: Pte): boolean {
  return (pte & H_PAGE_BUSY) === 0n;
}

/** A loop of ldarx and stdcx. that waits while the entry is busy. @returns the entry before */
function ldarxLoop(ptep: Ptep, change: (pte: Pte) => Pte): Pte {
  trace('ldarx, stdcx.');
  return ptep.awaitUpdate(isFree, change, Order.relaxed);
}
