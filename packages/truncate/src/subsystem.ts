import type { Wiring } from '@pagerace/di';
import { Truncate, TRUNCATE } from './truncate.js';

/** Binds truncation. */
export function truncateSubsystem(wiring: Wiring): void {
  wiring.bind(TRUNCATE, Truncate);
}
