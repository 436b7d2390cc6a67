import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { dirtyNobuffers } from './dirty-nobuffers.js';
import { Writeback, WRITEBACK } from './page-writeback.js';

export const writebackHistories: readonly History[] = [dirtyNobuffers];

/** Binds writeback, with the rules of the oldest kernel that is modelled. */
export function writebackSubsystem(wiring: Wiring): void {
  wiring.bind(WRITEBACK, Writeback);
  bindOldest(wiring, writebackHistories);
}
