import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { uffdWpResolve } from './uffd-wp-resolve.js';
import { UFFDIO_MOVE, UffdioMove } from './uffdio-move.js';
import { USERFAULTFD, Userfaultfd } from './userfaultfd.js';

// UFFDIO_MOVE is no newer code of older kernels: they do not have it (adef440691ba, v6.8).
export const userfaultfdHistories: readonly History[] = [uffdWpResolve];

/** Binds userfaultfd, with the rules of the oldest kernel that is modelled. */
export function userfaultfdSubsystem(wiring: Wiring): void {
  wiring.bind(USERFAULTFD, Userfaultfd).bind(UFFDIO_MOVE, UffdioMove);
  bindOldest(wiring, userfaultfdHistories);
}
