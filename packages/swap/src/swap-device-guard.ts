import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const SWAP_DEVICE_GUARD = token<SwapDeviceGuard>('swap.SwapDeviceGuard', {
  providedBy: ['@pagerace/swap'],
});

/** The seam of get_swap_device() in a fault from swap, for which swapoff waits before it frees the tables of the device. */
export interface SwapDeviceGuard {
  /**
   * `nothing`; `lookups`: each look at the swap cache or at swap_map[] is an RCU read section of its own;
   * `faults`: do_swap_page() has a reference to the device from its begin to its end.
   */
  readonly guards: 'nothing' | 'lookups' | 'faults';
}

export const guardSwapLookups = commit({
  id: 'guard-swap-lookups',
  title: 'mm, swap: fix race between swapoff and some swap operations',
  commit: 'eb085574a752',
  since: 'v5.3',
});

/** On top of 63d8620ecf93 (v5.14): a percpu_ref takes the place of the RCU section, in which no fault may sleep. */
export const guardSwapFaults = commit({
  id: 'guard-swap-faults',
  title: 'swap: fix do_swap_page() race with swapoff',
  commit: '2799e77529c2a25492a4395db93996e3dacd762d',
  since: 'v5.14',
});

export const swapDeviceGuard = history(
  SWAP_DEVICE_GUARD,
  'mm/memory.c:do_swap_page(), get_swap_device()',
  [
    asOf('v4.12', { guards: 'nothing' }),
    since(guardSwapLookups, { guards: 'lookups' }),
    since(guardSwapFaults, { guards: 'faults' }),
  ],
);
