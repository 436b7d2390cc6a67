import type { Wiring } from '@pagerace/di';
import { FAULT_HANDLER } from '@pagerace/page-model';
import { ANON_REUSE_RULE, ReuseByMapCount } from './anon-reuse-rule.js';
import { FILE_FAULT, FileFault } from './file-fault.js';
import { PageFault } from './page-fault.js';

/** Binds the page-fault handler, with the rules of the oldest kernel that is modelled. */
export function faultSubsystem(wiring: Wiring): void {
  wiring
    .bind(FAULT_HANDLER, PageFault)
    .bind(FILE_FAULT, FileFault)
    .bind(ANON_REUSE_RULE, ReuseByMapCount);
}
