import { definePatch } from '@pagerace/kernel';
import { RISCV_COLLAPSE_FLUSH } from '@pagerace/page-model';

export const riscvCollapseFlushMm = definePatch({
  id: 'riscv-collapse-flush-mm',
  title: 'riscv: mm: Implement pmdp_collapse_flush for THP',
  commit: 'f0293cd1f4fc',
  since: 'v6.2',
  provides: [{ token: RISCV_COLLAPSE_FLUSH, useValue: { isOfWholeMm: true } }],
});
