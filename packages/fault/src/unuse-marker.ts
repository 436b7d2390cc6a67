import { token } from '@pagerace/di';
import { asked, asOf, history, posted, since, unmerged } from '@pagerace/history';
import { swpExclusive, swpExclusiveV2 } from '@pagerace/rmap';

export const UNUSE_MARKER = token<UnuseMarker>('fault.UnuseMarker', {
  providedBy: ['@pagerace/fault'],
});

/** The seam of what swapoff makes of the exclusive marker of an entry. */
export interface UnuseMarker {
  /** pte_swp_clear_flags(): the marker is no part of what pte_same_as_swp() compares. */
  readonly isStripped: boolean;
  /** unuse_pte(): the page of a marked entry is mapped as exclusive. */
  readonly isRestored: boolean;
}

export const unuseForgetsMarker = unmerged({
  id: 'unuse-forgets-marker',
  title: 'What if unuse_pte() mapped every page as one that may be shared',
});

export const swpFlagsKeepMarker = unmerged({
  id: 'swp-flags-keep-marker',
  title: 'What if pte_swp_clear_flags() left the exclusive marker where it is',
});

export const unuseMarkerHistory = history(
  UNUSE_MARKER,
  'mm/swapfile.c:unuse_pte(), and pte_swp_clear_flags() before it',
  [
    asOf('v4.12', { isStripped: false, isRestored: false }),
    posted(swpExclusiveV2, { isStripped: true, isRestored: true }),
    since(swpExclusive, { isStripped: true, isRestored: true }),
    asked(unuseForgetsMarker, { isStripped: true, isRestored: false }),
    asked(swpFlagsKeepMarker, { isStripped: false, isRestored: true }),
  ],
);
