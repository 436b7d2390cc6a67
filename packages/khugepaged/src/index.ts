export {
  COLLAPSE_REFERENCE_CHECK,
  collapseFreezeReferences,
  type CollapseReferenceCheck,
  FreezeReferences,
  ReadReferences,
} from './collapse-reference-check.js';
export {
  COLLAPSE_COPYING,
  collapseCopyAllFirst,
  type CollapseCopying,
} from './collapse-copying.js';
export {
  COLLAPSE_SYNC,
  collapseFullBarrier,
  type CollapseSync,
  collapseTableSync,
  FlushOnly,
  SyncTableWalks,
} from './collapse-sync.js';
export { KHUGEPAGED, type Khugepaged } from './khugepaged.js';
export { KHUGEPAGED_CONFIG, type KhugepagedConfig } from './khugepaged-config.js';
export {
  collapsePteMappedMmapRead,
  CollapsePteMappedUnderMmapWrite,
  CollapsePteMappedUnderMmapRead,
  PTE_MAPPED_COLLAPSE,
  type PteMappedCollapse,
} from './pte-mapped-collapse.js';
export {
  RETRACT_RULE,
  RetractAtOnce,
  retractByRcu,
  RetractByRcu,
  type RetractRule,
} from './retract-rule.js';
export type { ScanResult } from './scan-result.js';
export { khugepagedHistories, khugepagedSubsystem } from './subsystem.js';
export {
  collapseFileNotifies,
  collapseRmapLocks,
  type Removable,
  TABLE_REMOVAL_RULE,
  type TableRemovalRule,
} from './table-removal.js';
