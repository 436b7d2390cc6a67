export { armv8 } from './armv8.js';
export { lkmm } from './lkmm.js';
export { power } from './power.js';
export { rc11 } from './rc11.js';
export { riscv } from './riscv.js';
export { sc } from './sc.js';
export { tso } from './tso.js';
export { memoryModels } from './memory-models.js';
export * from './reference/index.js';
