import type { Mm, Pte, Ptep, VirtualAddress, Vma } from '@pagerace/page-model';
import { GenericPgtable } from './generic-pgtable.js';

/**
 * Architectures on which an entry for a huge page is changed as one of the last level is: in
 * arch/arm64/include/asm/pgtable.h, say, `pmdp_set_wrprotect()` is `ptep_set_wrprotect()` of a `(pte_t *)` (v6.1).
 */
export abstract class PmdpAsPtep extends GenericPgtable {
  override pmdpSetWrprotect(mm: Mm, address: VirtualAddress, pmdp: Ptep): void {
    this.ptepSetWrprotect(mm, address, pmdp);
  }

  override pmdpSetAccessFlags(
    vma: Vma,
    address: VirtualAddress,
    pmdp: Ptep,
    pmd: Pte,
    dirty: boolean,
  ): boolean {
    return this.ptepSetAccessFlags(vma, address, pmdp, pmd, dirty);
  }
}
