import type { Wiring } from '@pagerace/di';
import { bindOldest, type History, unchanged } from '@pagerace/history';
import { collapseCopying } from './collapse-copying.js';
import { collapseReferenceCheck } from './collapse-reference-check.js';
import { collapseSync } from './collapse-sync.js';
import { Collapse } from './collapse.js';
import { FILE_COLLAPSE, FileCollapse } from './file-collapse.js';
import { KHUGEPAGED } from './khugepaged.js';
import { KHUGEPAGED_CONFIG, KhugepagedConfig } from './khugepaged-config.js';
import { pteMappedCollapse } from './pte-mapped-collapse.js';
import { retractRule } from './retract-rule.js';
import { TABLE_REMOVAL, TableRemoval, tableRemovalRule } from './table-removal.js';

export const khugepagedHistories: readonly History[] = [
  tableRemovalRule,
  collapseSync,
  collapseCopying,
  retractRule,
  pteMappedCollapse,
  collapseReferenceCheck,
  // v4.12 gives up at pages that fork shares, and at huge pages mapped by PTEs: to 9445689f3b61, 5503fbf2b0b8.
  unchanged('mm/khugepaged.c:__collapse_huge_page_isolate()', 'v5.8'),
  unchanged('mm/khugepaged.c:collapse_file()', 'v5.17-rc1'),
];

/** Binds khugepaged, with the rules of the oldest kernel that is modelled. */
export function khugepagedSubsystem(wiring: Wiring): void {
  wiring
    .bind(KHUGEPAGED, Collapse)
    .bind(KHUGEPAGED_CONFIG, KhugepagedConfig)
    .bind(FILE_COLLAPSE, FileCollapse)
    .bind(TABLE_REMOVAL, TableRemoval);
  bindOldest(wiring, khugepagedHistories);
}
