import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { uffdWpResolve } from './uffd-wp-resolve.js';
import { uffdioMoveHistory } from './uffdio-move.js';
import { USERFAULTFD, Userfaultfd } from './userfaultfd.js';

export const userfaultfdHistories: readonly History[] = [uffdWpResolve, uffdioMoveHistory];

/** Binds userfaultfd, with the rules of the oldest kernel that is modelled. */
export function userfaultfdSubsystem(wiring: Wiring): void {
  wiring.bind(USERFAULTFD, Userfaultfd);
  bindOldest(wiring, userfaultfdHistories);
}
