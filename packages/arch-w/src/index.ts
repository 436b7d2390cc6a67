export { archW, w, wIpi, wNoRcu } from './definitions.js';
export { wLayout } from './layout.js';
export { WIpiTlbFlush, WTlbFlush } from './tlb-flush.js';
export { W, WWithoutRcuTableFree } from './w.js';
export { pteSwpExclusiveEverywhere } from './pte-swp-exclusive.js';
