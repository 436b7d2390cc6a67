import type { Wiring } from '@pagerace/di';
import { FORK } from './fork.js';
import { Process } from './process.js';
import { WRITE_PROTECT_ORDERING, WriteBarrierOnly } from './write-protect-ordering.js';

/** Binds fork and exit. */
export function forkSubsystem(wiring: Wiring): void {
  wiring.bind(FORK, Process).bind(WRITE_PROTECT_ORDERING, WriteBarrierOnly);
}
