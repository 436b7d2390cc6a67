import { token } from '@pagerace/di';

export const RISCV_COLLAPSE_FLUSH = token<RiscvCollapseFlush>('page-model.RiscvCollapseFlush', {
  providedBy: ['@pagerace/kernel', '@pagerace/patches'],
});

/** The seam in pmdp_collapse_flush() of RISC-V: for every other architecture it means nothing. */
export interface RiscvCollapseFlush {
  /** Whether it is by flush_tlb_mm(), and not by address as the generic one. Since v6.2. */
  readonly isOfWholeMm: boolean;
}
