import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const SYNCHRONOUS_SWAPIN = token<SynchronousSwapin>('swap.SynchronousSwapin', {
  providedBy: ['@pagerace/swap'],
});

/** The seam of swap-in from a synchronous device, when one entry alone uses the slot. */
export interface SynchronousSwapin {
  /** Into a page that the fault has allocated, and that never is in the swap cache. */
  readonly skipsSwapCache: boolean;
  /** The fault claims SWAP_HAS_CACHE of the slot meanwhile: nobody else reads the slot in, and it is not given out again. */
  readonly claimsSlot: boolean;
}

export const skipSwapCache = commit({
  id: 'skip-swap-cache',
  title: 'mm, swap: skip swapcache for swapin of synchronous device',
  commit: '0bcac06f27d7528591c27ac2b093ccd71c5d0168',
  since: 'v4.15',
});

export const claimSkippedSwapCache = commit({
  id: 'claim-skipped-swap-cache',
  title: 'mm/swap: fix race when skipping swapcache',
  commit: '13ddaf26be324a7f951891ecd9ccd04466d27458',
  since: 'v6.8',
});

export const synchronousSwapin = history(SYNCHRONOUS_SWAPIN, 'mm/memory.c:do_swap_page()', [
  asOf('v4.12', { skipsSwapCache: false, claimsSlot: false }),
  since(skipSwapCache, { skipsSwapCache: true, claimsSlot: false }),
  since(claimSkippedSwapCache, { skipsSwapCache: true, claimsSlot: true }),
]);
