import type { Wiring } from '@pagerace/di';
import { Writeback, WRITEBACK } from './page-writeback.js';

/** Binds writeback. */
export function writebackSubsystem(wiring: Wiring): void {
  wiring.bind(WRITEBACK, Writeback);
}
