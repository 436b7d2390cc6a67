import { token } from '@pagerace/di';
import { asOf, commit, history, posted, since, unmerged } from '@pagerace/history';

export const SWP_EXCLUSIVE = token<SwpExclusive>('rmap.SwpExclusive', {
  providedBy: ['@pagerace/rmap'],
});

/** The seam of the exclusive marker of swap entries: whether unmapping an exclusive page leaves one behind. */
export interface SwpExclusive {
  /** It does, on an architecture that has the bit: __HAVE_ARCH_PTE_SWP_EXCLUSIVE. */
  readonly isKept: boolean;
}

/** The first patch of part 3 of the COW fixes, v2, as -mm took it on 31 March 2022. */
export const swpExclusiveV2 = unmerged({
  id: 'swp-exclusive-v2',
  title: '[PATCH v2 1/8] mm/swap: remember PG_anon_exclusive via a swp pte bit',
  url: 'https://lkml.kernel.org/r/20220329164329.208407-2-david@redhat.com',
});

export const swpExclusive = commit({
  id: 'swp-exclusive',
  title: 'mm/swap: remember PG_anon_exclusive via a swp pte bit',
  commit: '1493a1913e34',
  since: 'v5.19',
});

export const swpExclusiveHistory = history(
  SWP_EXCLUSIVE,
  'mm/rmap.c:try_to_unmap_one(), the entry that it leaves',
  [
    asOf('v4.12', { isKept: false }),
    posted(swpExclusiveV2, { isKept: true }),
    since(swpExclusive, { isKept: true }),
  ],
);
