export { madvFreeDio } from './madv-free/dio.js';
export { scenarios } from './plugin.js';
