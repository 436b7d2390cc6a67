export {
  COLLAPSE_REFERENCE_CHECK,
  type CollapseReferenceCheck,
  FreezeReferences,
  ReadReferences,
} from './collapse-reference-check.js';
export { COLLAPSE_COPYING, type CollapseCopying, pageByPage } from './collapse-copying.js';
export { COLLAPSE_SYNC, type CollapseSync, FlushOnly, SyncTableWalks } from './collapse-sync.js';
export { KHUGEPAGED, type Khugepaged } from './khugepaged.js';
export { KHUGEPAGED_CONFIG, type KhugepagedConfig } from './khugepaged-config.js';
export {
  CollapsePteMappedUnderMmapWrite,
  CollapsePteMappedUnderMmapRead,
  PTE_MAPPED_COLLAPSE,
  type PteMappedCollapse,
} from './pte-mapped-collapse.js';
export { RETRACT_RULE, RetractAtOnce, RetractByRcu, type RetractRule } from './retract-rule.js';
export type { ScanResult } from './scan-result.js';
export { khugepagedSubsystem } from './subsystem.js';
export {
  type Removable,
  TABLE_REMOVAL_RULE,
  type TableRemovalRule,
  underPmdLock,
} from './table-removal.js';
