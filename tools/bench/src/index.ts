export { measured, type Measured } from './measured.js';
export * as programs from './programs.js';
