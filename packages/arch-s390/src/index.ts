export * from './bits.js';
export { archS390, s390 } from './definitions.js';
export { s390Layout } from './layout.js';
export { S390 } from './s390.js';
export { S390TlbFlush } from './tlb-flush.js';
export { s390PteSwpExclusive } from './pte-swp-exclusive.js';
