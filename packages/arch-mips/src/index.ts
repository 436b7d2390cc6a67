export * from './addresses.js';
export * from './bits.js';
export { archMips, mips, mipsMmid } from './definitions.js';
export { GinvtTlbFlush } from './ginvt-tlb-flush.js';
export { MipsIpiTlbFlush } from './ipi-tlb-flush.js';
export { mipsLayout, mipsSwap, mipsSwapBeforeExclusive, type PageShift } from './layout.js';
export { Mips, MipsMmid } from './mips.js';
export { mipsPteSwpExclusive } from './pte-swp-exclusive.js';
