import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { replacePinned } from './replace-pinned.js';
import { Truncate, TRUNCATE } from './truncate.js';

export const truncateHistories: readonly History[] = [replacePinned];

/** Binds truncation, with the rules of the oldest kernel that is modelled. */
export function truncateSubsystem(wiring: Wiring): void {
  wiring.bind(TRUNCATE, Truncate);
  bindOldest(wiring, truncateHistories);
}
