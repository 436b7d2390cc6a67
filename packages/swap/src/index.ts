export { RW_PAGE, type RwPage, rwPage, rwPageRemoved } from './rw-page.js';
export type { Mmlist } from './mmlist.js';
export { swapHistories, swapSubsystem } from './subsystem.js';
export { SWAP, type Swap } from './swap.js';
export { UNSTABLE_WRITE } from './swap-area.js';
export { type SwapDevice, type SwapDeviceKind, swapDeviceKinds } from './swap-device.js';
export {
  guardSwapFaults,
  guardSwapLookups,
  SWAP_DEVICE_GUARD,
  type SwapDeviceGuard,
  swapDeviceGuard,
} from './swap-device-guard.js';
export {
  claimSkippedSwapCache,
  skipSwapCache,
  SYNCHRONOUS_SWAPIN,
  type SynchronousSwapin,
  synchronousSwapin,
} from './synchronous-swapin.js';
