/** For tests of architectures. */
export { debugVmPgtableHuge } from './debug-vm-pgtable-huge.js';
export { debugVmPgtable } from './debug-vm-pgtable.js';
export { pteSwapExclusiveTests, pteSwapExclusiveTestsOfV519 } from './pte-swap-exclusive-tests.js';
export { layoutConflicts } from './layout-conflicts.js';
export {
  type ArchitectureProvisions,
  atOnce,
  clearAgainstGup,
  clearDeferred,
  clearFlush,
  type ClearPte,
  deferred,
  flushAgainstSection,
  lazyfree,
  load,
  type OnePage,
  sitesMet,
  store,
  unmapUnderUser,
  withOnePage,
} from './one-page.js';
