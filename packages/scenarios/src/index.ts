export { readDeviceFile } from './madv-free/device-file.js';
export { reproduce, type Reproduction, type ReproductionRequest } from './madv-free/reproduce.js';
export { type InjectionPoint, REPRODUCER_PAGES } from './madv-free/reproducer.js';
export { scenarios } from './plugin.js';
