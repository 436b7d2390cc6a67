import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const ARCH_UNMAP_ONE = token<ArchUnmapOne>('rmap.ArchUnmapOne', {
  providedBy: ['@pagerace/rmap'],
});

/** The seam of arch_unmap_one(), by which an architecture saves what it knows of a page that is swapped out. */
export interface ArchUnmapOne {
  /** try_to_unmap_one() calls it, once another entry uses the slot. */
  readonly isCalled: boolean;
  /** Where it fails, the slot is given back: swap_free(). */
  readonly failureFreesSlot: boolean;
}

export const savePageMetadata = commit({
  id: 'save-page-metadata',
  title: 'mm, swap: Add infrastructure for saving page metadata on swap',
  commit: 'ca827d55ebaa',
  since: 'v4.17',
});

export const freeSlotOfFailedUnmap = commit({
  id: 'free-slot-of-failed-unmap',
  title: 'mm/rmap: fix missing swap_free() in try_to_unmap() after arch_unmap_one() failed',
  commit: '322842ea3c7264936b084ac949e9070ee47a5202',
  since: 'v5.19',
});

export const archUnmapOne = history(
  ARCH_UNMAP_ONE,
  'mm/rmap.c:try_to_unmap_one(), arch_unmap_one() of a swapbacked page',
  [
    asOf('v4.12', { isCalled: false, failureFreesSlot: false }),
    since(savePageMetadata, { isCalled: true, failureFreesSlot: false }),
    since(freeSlotOfFailedUnmap, { isCalled: true, failureFreesSlot: true }),
  ],
);
