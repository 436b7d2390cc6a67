import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { breakLayouts } from './break-layouts.js';
import { Dax, DAX } from './dax.js';

export const daxHistories: readonly History[] = [breakLayouts];

/** Binds DAX, with the rules of the oldest kernel that is modelled. */
export function daxSubsystem(wiring: Wiring): void {
  wiring.bind(DAX, Dax);
  bindOldest(wiring, daxHistories);
}
