export { sc } from './sc.js';
export { tso } from './tso.js';
export * from './reference/index.js';
