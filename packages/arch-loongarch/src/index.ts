export * from './addresses.js';
export * from './bits.js';
export { archLoongarch, loongarch } from './definitions.js';
export {
  loongarchLayout,
  loongarchSwap,
  loongarchSwapBeforeExclusive,
  type PageShift,
} from './layout.js';
export { Loongarch } from './loongarch.js';
export { LoongarchTlbFlush } from './tlb-flush.js';
export { loongarchPteSwpExclusive } from './pte-swp-exclusive.js';
