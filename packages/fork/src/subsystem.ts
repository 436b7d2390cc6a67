import type { Wiring } from '@pagerace/di';
import { FORK } from './fork.js';
import { Process } from './process.js';

/** Binds fork and exit. */
export function forkSubsystem(wiring: Wiring): void {
  wiring.bind(FORK, Process);
}
