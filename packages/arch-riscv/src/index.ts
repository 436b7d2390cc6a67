export * from './bits.js';
export {
  RISCV_COLLAPSE_FLUSH,
  type RiscvCollapseFlush,
  riscvCollapseFlushMm,
} from './collapse-flush.js';
export { archRiscv, riscv, riscvQspinlock } from './definitions.js';
export { riscvLayout, riscvSwap, riscvSwapBeforeExclusive } from './layout.js';
export { Riscv } from './riscv.js';
export { RiscvTlbFlush } from './tlb-flush.js';
export { riscvPteSwpExclusive } from './pte-swp-exclusive.js';
