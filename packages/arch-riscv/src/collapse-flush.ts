import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const RISCV_COLLAPSE_FLUSH = token<RiscvCollapseFlush>('arch-riscv.RiscvCollapseFlush', {
  providedBy: ['@pagerace/arch-riscv'],
});

/** The seam in pmdp_collapse_flush() of RISC-V. */
export interface RiscvCollapseFlush {
  /** Whether it is by flush_tlb_mm(), and not by address as the generic one. */
  readonly isOfWholeMm: boolean;
}

export const riscvCollapseFlushMm = commit({
  id: 'riscv-collapse-flush-mm',
  title: 'riscv: mm: Implement pmdp_collapse_flush for THP',
  commit: 'f0293cd1f4fc',
  since: 'v6.2',
});

export const riscvCollapseFlush = history(
  RISCV_COLLAPSE_FLUSH,
  'arch/riscv/mm/pgtable.c:pmdp_collapse_flush()',
  [asOf('v4.12', { isOfWholeMm: false }), since(riscvCollapseFlushMm, { isOfWholeMm: true })],
);
