export { faultHistories, faultSubsystem } from './subsystem.js';
export { SWAPOFF, type Swapoff } from './swapoff.js';
export {
  swpFlagsKeepMarker,
  UNUSE_MARKER,
  type UnuseMarker,
  unuseForgetsMarker,
} from './unuse-marker.js';
