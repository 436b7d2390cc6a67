import { inject, injectable } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import {
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
} from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import {
  L_PTE_DIRTY,
  L_PTE_NONE,
  L_PTE_RDONLY,
  L_PTE_USER,
  L_PTE_VALID,
  L_PTE_YOUNG,
  PMD_TABLE_BIT,
  PTE_AP2,
  PTE_EXT_NG,
} from './bits.js';
import { dsbIshst } from './dsb.js';
import { armLpaeLayout } from './layout.js';

/**
 * 32-bit ARM with LPAE (arch/arm/include/asm/pgtable-3level.h, v6.1; the exclusive bit, and swap
 * entries with it, v6.3). The hardware sets no bits. Entries have 64 bits and are loaded and stored at
 * once (ldrd, strd), and are cleared by an ordinary load and an ordinary store.
 */
@injectable()
export class ArmLpae extends GenericPgtable {
  readonly name = 'arm-lpae';
  readonly faultEntry = { file: 'arch/arm/mm/fault.c', name: 'do_page_fault' };
  override readonly hasRcuTableFree = true;

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(armLpaeLayout, tlb, exclusive);
  }

  override pteMkwrite(pte: Pte): Pte {
    return pte & ~L_PTE_RDONLY;
  }

  override pteWrprotect(pte: Pte): Pte {
    return pte | L_PTE_RDONLY;
  }

  override pteWrite(pte: Pte): boolean {
    return (pte & L_PTE_RDONLY) === 0n;
  }

  override pteProtnone(pte: Pte): boolean {
    return this.ptePresent(pte) && (pte & L_PTE_NONE) !== 0n;
  }

  override pteAccessPermitted(pte: Pte, write: boolean): boolean {
    const needed = L_PTE_VALID | L_PTE_USER;
    return (pte & needed) === needed && (!write || this.pteWrite(pte));
  }

  /** What is stored has PTE_EXT_NG, and what is compared with it may not have it yet. */
  override pteSame(one: Pte, other: Pte): boolean {
    return this.#lasting(one) === this.#lasting(other);
  }

  #lasting(pte: Pte): Pte {
    return this.ptePresent(pte) ? pte & ~PTE_EXT_NG : pte;
  }

  /**
   * arch/arm/mm/mmu.c: what user space may use now, and is young, is not global. The rest is
   * cpu_v7_set_pte_ext() (arch/arm/mm/proc-v7-3level.S), which leaves alone what is not valid.
   */
  override setPteAt(mm: Mm, address: VirtualAddress, ptep: Ptep, pte: Pte): void {
    const used = L_PTE_VALID | L_PTE_USER | L_PTE_YOUNG;
    const next = (pte & used) === used ? pte | PTE_EXT_NG : pte;
    super.setPteAt(mm, address, ptep, isAccessible(pte) ? withAp2(next) : next & ~L_PTE_VALID);
  }

  @kernelFunction('arch/arm/include/asm/pgtable-3level.h')
  override setPmdAt(mm: Mm, address: VirtualAddress, pmdp: Ptep, pmd: Pte): void {
    const stored = isAccessible(pmd) ? pmd : pmd & ~L_PTE_VALID;
    super.setPmdAt(mm, address, pmdp, withAp2(stored) | PTE_EXT_NG);
    // flush_pmd_entry(): for the walker. pmd_clear() has none.
    dsbIshst();
  }

  /** Not while a huge page is invalid for the moment, nor where it is PROT_NONE. */
  override pmdPresent(pmd: Pte): boolean {
    return (pmd & L_PTE_VALID) !== 0n;
  }

  override pmdTransHuge(pmd: Pte): boolean {
    return !this.pmdNone(pmd) && (pmd & PMD_TABLE_BIT) === 0n;
  }

  override pmdPte(pmd: Pte): Pte {
    return pmd | PMD_TABLE_BIT;
  }

  override pteHugePmd(pte: Pte): Pte {
    return pte & ~PMD_TABLE_BIT;
  }

  /** PROT_NONE and no flush pending otherwise. */
  protected override pteAccessible(pte: Pte): boolean {
    return (pte & L_PTE_VALID) !== 0n;
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    const needed = L_PTE_VALID | L_PTE_USER | L_PTE_YOUNG;
    return (pte & (needed | (write ? PTE_AP2 : 0n))) === needed;
  }
}

/** Whether the hardware may use an entry once it is stored. */
function isAccessible(entry: Pte): boolean {
  return (entry & (L_PTE_VALID | L_PTE_NONE)) === L_PTE_VALID;
}

/** What the hardware lets store, from what software says: the writable and dirty. */
function withAp2(entry: Pte): Pte {
  const writable = (entry & (L_PTE_RDONLY | L_PTE_DIRTY)) === L_PTE_DIRTY;
  return writable ? entry & ~PTE_AP2 : entry | PTE_AP2;
}
