import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const ANON_EXCLUSIVE = token<AnonExclusive>('rmap.AnonExclusive', {
  providedBy: ['@pagerace/rmap'],
});

/**
 * The seam of PG_anon_exclusive: whether the kernel notes which anonymous pages belong to one process
 * alone, in the page while it is mapped and in the page-table entry while it is swapped out.
 */
export interface AnonExclusive {
  readonly isTracked: boolean;
  /** Whether page_try_share_anon_rmap() has its barriers. */
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
  'mm/rmap.c:page_try_share_anon_rmap()',
  [
    asOf('v4.12', { isTracked: false, hasBarriers: false }),
    since(anonExclusive, { isTracked: true, hasBarriers: false }),
    since(anonExclusiveBarriers, { isTracked: true, hasBarriers: true }),
  ],
);
