import type { Wiring } from '@pagerace/di';
import { bindOldest, type History, unchanged } from '@pagerace/history';
import { rwPage } from './rw-page.js';
import { SWAP } from './swap.js';
import { SwapArea } from './swap-area.js';
import { swapDeviceGuard } from './swap-device-guard.js';
import { synchronousSwapin } from './synchronous-swapin.js';

export const swapHistories: readonly History[] = [
  rwPage,
  synchronousSwapin,
  swapDeviceGuard,
  // b56a2d8af914 (v5.1) visits one address space after the other; before, one slot after the other. In @pagerace/fault.
  unchanged('mm/swapfile.c:try_to_unuse()', 'v5.1'),
];

/** Binds swap, with the rules of the oldest kernel that is modelled; there is no device until swapon(). */
export function swapSubsystem(wiring: Wiring): void {
  wiring.bind(SWAP, SwapArea);
  bindOldest(wiring, swapHistories);
}
