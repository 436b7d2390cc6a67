import type { Wiring } from '@pagerace/di';
import { MADVISE } from './madvise.js';
import { MadviseFree } from './madvise-free.js';

/** Binds madvise(). */
export function madviseSubsystem(wiring: Wiring): void {
  wiring.bind(MADVISE, MadviseFree);
}
