import { inject, injectable } from '@pagerace/di';
import { kernelFunction, xchgRelaxed } from '@pagerace/machine';
import {
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbFlush,
  type VirtualAddress,
} from '@pagerace/page-model';
import { GenericPgtable, PTE_SWP_EXCLUSIVE, type PteSwpExclusive } from '@pagerace/pgtable-generic';
import { wLayout } from './layout.js';

/** Whatever an architecture need not order it does not. Page tables are freed after a grace period. */
@injectable()
export class W extends GenericPgtable {
  readonly name: string = 'w';
  readonly faultEntry = { file: 'arch/w/mm/fault.c', name: 'do_page_fault' };
  override readonly hasRcuTableFree: boolean = true;

  constructor(
    @inject(TLB_FLUSH) tlb: TlbFlush,
    @inject(PTE_SWP_EXCLUSIVE) exclusive: PteSwpExclusive,
  ) {
    super(wLayout, tlb, exclusive);
  }

  @kernelFunction('arch/w/include/asm/pgtable.h')
  override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
    return xchgRelaxed(ptep, this.none);
  }

  @kernelFunction('arch/w/include/asm/pgtable.h')
  override pmdpHugeGetAndClear(_mm: Mm, _address: VirtualAddress, pmdp: Ptep): Pte {
    return xchgRelaxed(pmdp, this.none);
  }

  override walkerPermits(pte: Pte, write: boolean): boolean {
    return !this.pteProtnone(pte) && super.walkerPermits(pte, write);
  }
}

/** Page tables are freed as where a flush interrupts every CPU, though it does not. */
@injectable()
export class WWithoutRcuTableFree extends W {
  override readonly hasRcuTableFree = false;
}
