export {
  CHANGE_HUGE_WRITABLE,
  CHANGE_WRITABLE,
  type ChangeWritable,
  mprotectCleanExclusive,
  mprotectDirtyExclusive,
  mprotectHugeExclusive,
} from './change-writable.js';
export {
  CLEAR_REFS,
  type ClearRefs,
  clearRefsLocking,
  clearRefsPins,
  SOFT_DIRTY_PINS,
  type SoftDirtyPins,
} from './clear-refs.js';
export { type ChangeProtection, MPROTECT, type Mprotect } from './mprotect.js';
export { MREMAP, type Mremap } from './mremap.js';
export { mprotectHistories, mprotectSubsystem } from './subsystem.js';
