export { insertPfn } from './insert-pfn.js';
export { faultHistories, faultSubsystem } from './subsystem.js';
export { SWAP_IN_WRITABLE, type SwapInWritable, swapInWritable } from './swap-in-writable.js';
export { SWAPOFF, type Swapoff } from './swapoff.js';
export {
  swpFlagsKeepMarker,
  UNUSE_MARKER,
  type UnuseMarker,
  unuseForgetsMarker,
} from './unuse-marker.js';
export { UNSHARE_FAULT, type UnshareFault, unshareAnything } from './unshare-fault.js';
