import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { breakKsmFault } from './break-ksm-fault.js';
import { ksmReuseRule } from './ksm-reuse-rule.js';
import { KSM } from './ksm.js';
import { SamepageMerging } from './samepage-merging.js';

export const ksmHistories: readonly History[] = [ksmReuseRule, breakKsmFault];

/** Binds KSM, with the rules of the oldest kernel that is modelled. */
export function ksmSubsystem(wiring: Wiring): void {
  wiring.bind(KSM, SamepageMerging);
  bindOldest(wiring, ksmHistories);
}
