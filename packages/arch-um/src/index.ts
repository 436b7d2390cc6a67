export * from './bits.js';
export { archUm, um } from './definitions.js';
export { umLayout, umSwap, umSwapBeforeExclusive } from './layout.js';
export { Um } from './um.js';
export { umPteSwpExclusive } from './pte-swp-exclusive.js';
