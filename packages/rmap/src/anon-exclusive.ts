import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const ANON_EXCLUSIVE = token<AnonExclusive>('rmap.AnonExclusive', {
  providedBy: ['@pagerace/rmap'],
});

/**
 * The seam of PG_anon_exclusive: whether the kernel notes which of the anonymous pages that are mapped
 * belong to one process alone.
 */
export interface AnonExclusive {
  readonly isTracked: boolean;
  /**
   * Whether page_try_share_anon_rmap() has its barriers. Without them the flag must not be cleared before
   * every CPU has lost the entry, so that the flush of an exclusive page is not deferred.
   */
  readonly hasBarriers: boolean;
}

export const anonExclusive = commit({
  id: 'anon-exclusive',
  title: 'mm: remember exclusively mapped anonymous pages with PG_anon_exclusive',
  commit: '6c287605fd56',
  since: 'v5.19',
});

export const anonExclusiveBarriers = commit({
  id: 'anon-exclusive-barriers',
  title: 'mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast',
  commit: '088b8aa537c2',
  since: 'v6.1',
});

export const anonExclusiveHistory = history(
  ANON_EXCLUSIVE,
  'mm/rmap.c:page_try_share_anon_rmap(), and whether try_to_unmap_one() defers the flush before it',
  [
    asOf('v4.12', { isTracked: false, hasBarriers: false }),
    since(anonExclusive, { isTracked: true, hasBarriers: false }),
    since(anonExclusiveBarriers, { isTracked: true, hasBarriers: true }),
  ],
);
