export { scenarios } from './plugin.js';
