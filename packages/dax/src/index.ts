export {
  BREAK_LAYOUTS,
  type BreakLayouts,
  breakLayouts,
  ext4BreakLayouts,
  TakeAtOnce,
  WaitForReferences,
} from './break-layouts.js';
export { DAX, Dax } from './dax.js';
export { Pmem } from './pmem.js';
export { daxHistories, daxSubsystem } from './subsystem.js';
