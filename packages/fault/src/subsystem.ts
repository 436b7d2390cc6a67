import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { hugeMemorySubsystem } from '@pagerace/huge-memory';
import { ksmSubsystem } from '@pagerace/ksm';
import { FAULT_HANDLER } from '@pagerace/page-model';
import { FILE_FAULT, FileFault } from './file-fault.js';
import { PageFault } from './page-fault.js';
import { SWAPOFF, SwapUnuse } from './swapoff.js';
import { swapInWritableHistory } from './swap-in-writable.js';
import { unshareFault } from './unshare-fault.js';
import { unuseMarkerHistory } from './unuse-marker.js';

export const faultHistories: readonly History[] = [
  swapInWritableHistory,
  unshareFault,
  unuseMarkerHistory,
];

/** Binds the page-fault handler and what it does with huge pages and KSM pages, with the rules of the oldest kernel that is modelled. */
export function faultSubsystem(wiring: Wiring): void {
  hugeMemorySubsystem(wiring);
  ksmSubsystem(wiring);
  wiring.bind(FAULT_HANDLER, PageFault).bind(FILE_FAULT, FileFault).bind(SWAPOFF, SwapUnuse);
  bindOldest(wiring, faultHistories);
}
