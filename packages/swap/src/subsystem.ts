import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { rwPage } from './rw-page.js';
import { SWAP } from './swap.js';
import { SwapArea } from './swap-area.js';
import { swapDeviceGuard } from './swap-device-guard.js';
import { synchronousSwapin } from './synchronous-swapin.js';

export const swapHistories: readonly History[] = [rwPage, synchronousSwapin, swapDeviceGuard];

/** Binds swap, with the rules of the oldest kernel that is modelled; there is no device until swapon(). */
export function swapSubsystem(wiring: Wiring): void {
  wiring.bind(SWAP, SwapArea);
  bindOldest(wiring, swapHistories);
}
