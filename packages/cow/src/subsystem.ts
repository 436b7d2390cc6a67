import type { Wiring } from '@pagerace/di';
import { bindOldest } from '@pagerace/history';
import { cowHistories } from './histories.js';

/** Binds the rules of copy-on-write as of the oldest kernel that is modelled. */
export function cowSubsystem(wiring: Wiring): void {
  bindOldest(wiring, cowHistories);
}
