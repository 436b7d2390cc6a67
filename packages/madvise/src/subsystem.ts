import type { Wiring } from '@pagerace/di';
import { MADVISE } from './madvise.js';
import { MadviseFree } from './madvise-free.js';
import { MADVISE_PAGEOUT, MadvisePageout } from './madvise-pageout.js';

/** Binds madvise(). */
export function madviseSubsystem(wiring: Wiring): void {
  wiring.bind(MADVISE, MadviseFree).bind(MADVISE_PAGEOUT, MadvisePageout);
}
