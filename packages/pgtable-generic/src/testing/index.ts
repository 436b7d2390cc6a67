/** For tests of architectures. */
export { debugVmPgtable } from './debug-vm-pgtable.js';
export { layoutConflicts } from './layout-conflicts.js';
export {
  type ArchitectureProvisions,
  clearDeferred,
  clearFlush,
  load,
  type OnePage,
  sitesMet,
  store,
  unmapUnderUser,
  withOnePage,
} from './one-page.js';
