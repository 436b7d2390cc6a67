export { archW, w, wNoRcu } from './definitions.js';
export { wLayout } from './layout.js';
export { WTlbFlush } from './tlb-flush.js';
export { W, WWithoutRcuTableFree } from './w.js';
