export * from './bits.js';
export { archNios2, nios2 } from './definitions.js';
export { INVALID_PTE_TABLE, nios2Layout, nios2Swap, nios2SwapBeforeExclusive } from './layout.js';
export { Nios2 } from './nios2.js';
export { nios2PteSwpExclusive } from './pte-swp-exclusive.js';
