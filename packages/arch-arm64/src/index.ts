export { Arm64 } from './arm64.js';
export * from './bits.js';
export { arm64, arm64Deferred, archArm64 } from './definitions.js';
export { arm64Layout, type Granule } from './layout.js';
export { Arm64DeferredTlbFlush, Arm64TlbFlush } from './tlb-flush.js';
export { arm64PteSwpExclusive } from './pte-swp-exclusive.js';
