import type { Wiring } from '@pagerace/di';
import { COLLAPSE_REFERENCE_CHECK, ReadReferences } from './collapse-reference-check.js';
import { COLLAPSE_COPYING, pageByPage } from './collapse-copying.js';
import { COLLAPSE_SYNC, FlushOnly } from './collapse-sync.js';
import { Collapse } from './collapse.js';
import { FILE_COLLAPSE, FileCollapse } from './file-collapse.js';
import { KHUGEPAGED } from './khugepaged.js';
import { KHUGEPAGED_CONFIG, KhugepagedConfig } from './khugepaged-config.js';
import { CollapsePteMappedUnderMmapWrite, PTE_MAPPED_COLLAPSE } from './pte-mapped-collapse.js';
import { RETRACT_RULE, RetractAtOnce } from './retract-rule.js';
import { TABLE_REMOVAL, TABLE_REMOVAL_RULE, TableRemoval, underPmdLock } from './table-removal.js';

/** Binds khugepaged, with the rules of the oldest kernel that is modelled. */
export function khugepagedSubsystem(wiring: Wiring): void {
  wiring
    .bind(KHUGEPAGED, Collapse)
    .bind(KHUGEPAGED_CONFIG, KhugepagedConfig)
    .bind(COLLAPSE_SYNC, FlushOnly)
    .bindValue(COLLAPSE_COPYING, pageByPage)
    .bind(COLLAPSE_REFERENCE_CHECK, ReadReferences)
    .bind(FILE_COLLAPSE, FileCollapse)
    .bind(RETRACT_RULE, RetractAtOnce)
    .bind(PTE_MAPPED_COLLAPSE, CollapsePteMappedUnderMmapWrite)
    .bind(TABLE_REMOVAL, TableRemoval)
    .bindValue(TABLE_REMOVAL_RULE, underPmdLock);
}
