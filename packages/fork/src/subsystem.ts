import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { FORK } from './fork.js';
import { Process } from './process.js';
import { writeProtectOrdering } from './write-protect-ordering.js';

export const forkHistories: readonly History[] = [writeProtectOrdering];

/** Binds fork and exit. */
export function forkSubsystem(wiring: Wiring): void {
  wiring.bind(FORK, Process);
  bindOldest(wiring, forkHistories);
}
