export { faultSubsystem } from './subsystem.js';
export { SWAPOFF, type Swapoff } from './swapoff.js';
