export * from './bits.js';
export { BroadcastTlbFlush } from './broadcast-tlb-flush.js';
export { IpiTlbFlush } from './ipi-tlb-flush.js';
export { UndeferredTlbFlush } from './undeferred-tlb-flush.js';
export { X86 } from './x86.js';
