/** For tests of architectures. */
export { debugVmPgtable } from './debug-vm-pgtable.js';
export { layoutConflicts } from './layout-conflicts.js';
export {
  clearDeferred,
  clearFlush,
  load,
  type OnePage,
  store,
  unmapUnderUser,
  withOnePage,
} from './one-page.js';
