export * from './bits.js';
export { archXtensa, xtensa } from './definitions.js';
export { xtensaLayout, xtensaSwap, xtensaSwapBeforeExclusive } from './layout.js';
export { XtensaTlbFlush } from './tlb-flush.js';
export { Xtensa } from './xtensa.js';
export { xtensaPteSwpExclusive } from './pte-swp-exclusive.js';
