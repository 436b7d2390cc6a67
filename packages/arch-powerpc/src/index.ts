export * from './bits.js';
export { archPowerpc, powerpcHash, powerpcRadix } from './definitions.js';
export { HashTlbFlush } from './hash-tlb-flush.js';
export { Hash } from './hash.js';
export { hashLayout, radixLayout } from './layout.js';
export {
  RADIX_COLLAPSE_FLUSH,
  type RadixCollapseFlush,
  radixCollapseNoIpi,
} from './radix-collapse-flush.js';
export { RadixTlbFlush } from './radix-tlb-flush.js';
export { Radix } from './radix.js';
export { powerpcPteSwpExclusive } from './pte-swp-exclusive.js';
