export { ArmLpae } from './arm-lpae.js';
export * from './bits.js';
export { archArm, armLpae } from './definitions.js';
export { armLpaeLayout, armSwap, armSwapBeforeExclusive } from './layout.js';
export { ArmTlbFlush } from './tlb-flush.js';
export { armPteSwpExclusive } from './pte-swp-exclusive.js';
