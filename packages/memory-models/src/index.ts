export { rc11 } from './rc11.js';
export { sc } from './sc.js';
export { tso } from './tso.js';
export * from './reference/index.js';
