export * from './bits.js';
export { BroadcastTlbFlush } from './broadcast-tlb-flush.js';
export { archX86, x86, x86Broadcast, x86Ipi, x86Kvm } from './definitions.js';
export { IpiTlbFlush } from './ipi-tlb-flush.js';
export { KvmTlbFlush } from './kvm-tlb-flush.js';
export { x86Layout } from './layout.js';
export { UndeferredTlbFlush } from './undeferred-tlb-flush.js';
export { X86, X86RcuTableFree } from './x86.js';
export { x86PteSwpExclusive } from './pte-swp-exclusive.js';
