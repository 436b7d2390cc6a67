export { sc } from './sc.js';
export { tso } from './tso.js';
