import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { Hmm, HMM } from './mirror.js';
import { mirrorNotifier } from './mirror-notifier.js';
import { mirrorRule } from './mirror-rule.js';

export const hmmHistories: readonly History[] = [mirrorNotifier, mirrorRule];

/** Binds the driver of a device with a page table of its own, for the oldest kernel that is modelled. */
export function hmmSubsystem(wiring: Wiring): void {
  wiring.bind(HMM, Hmm);
  bindOldest(wiring, hmmHistories);
}
