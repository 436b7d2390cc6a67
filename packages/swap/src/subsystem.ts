import type { Wiring } from '@pagerace/di';
import { SWAP } from './swap.js';
import { SwapArea } from './swap-area.js';

/** Binds swap; there is no device until swapon(). */
export function swapSubsystem(wiring: Wiring): void {
  wiring.bind(SWAP, SwapArea);
}
