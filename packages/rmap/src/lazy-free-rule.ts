import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, posted, since, unmerged } from '@pagerace/history';
import { smpMb, smpRmb } from '@pagerace/machine';
import {
  type Page,
  pageCount,
  PageDirty,
  pageMapcount,
  VM_DROPPABLE,
  type Vma,
} from '@pagerace/page-model';

export const LAZY_FREE_RULE = token<LazyFreeRule>('rmap.LazyFreeRule', {
  providedBy: ['@pagerace/rmap'],
});

/** What becomes of a lazyfree page, one of whose page-table entries has just been cleared. */
export type LazyFreeFate =
  /** The entry stays cleared, and what was written through it is lost. */
  | 'discard'
  /** The entry is put back, and the page is backed by swap again. */
  | 'remap'
  /** The entry is put back; the page stays lazyfree, for the next attempt. */
  | 'remap, still lazyfree';

/**
 * The seam of the MADV_FREE page check in try_to_unmap_one(): a page without PG_swapbacked may be
 * thrown away if nobody has written to it since madvise(MADV_FREE), and if nobody is about to.
 */
export interface LazyFreeRule {
  /** Called with the page lock and the PTL held, after the entry was cleared and its dirty bit moved. */
  fateOf(page: Page, vma: Vma): LazyFreeFate;
  /** Whether the pages of this mapping are lazyfree from their birth, dirty or not: VM_DROPPABLE. */
  isDroppable(vma: Vma): boolean;
}

/**
 * Only what has been written counts: not that somebody holds a reference through which he will write.
 *
 * mm/rmap.c, from v4.12 (802a3a92ad7a, "mm: reclaim MADV_FREE pages") to v5.17.
 */
@injectable()
export class DiscardUnlessDirty implements LazyFreeRule {
  fateOf(page: Page): LazyFreeFate {
    return PageDirty(page) ? 'remap' : 'discard';
  }

  isDroppable(): boolean {
    return false;
  }
}

/**
 * The first version of the fix, of January 2022: exactly two references, of the isolation and of one
 * mapping, so that a page that is mapped twice is never discarded.
 *
 * Unsure: whether the count was read before or after the dirty bit; here it is before.
 */
@injectable()
export class TwoReferencesDiscard extends DiscardUnlessDirty {
  override fateOf(page: Page): LazyFreeFate {
    return pageCount(page) === 2 ? super.fateOf(page) : 'remap';
  }
}

export const madvFreeRefcountCheckV1 = unmerged({
  id: 'madv-free-refcount-check-v1',
  title: '[PATCH] mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
});

/**
 * The second version of the fix: the references less one are as many as the mappings. Nothing keeps
 * the load of the references behind the clearing of the entry.
 */
@injectable()
export class RefcountCheckedDiscardWithoutMb extends DiscardUnlessDirty {
  override fateOf(page: Page): LazyFreeFate {
    return hasKnownReferences(page) ? super.fateOf(page) : 'remap';
  }
}

/** Whether the references of a page are known: one of the isolation, and one of each mapping. */
function hasKnownReferences(page: Page): boolean {
  const references = pageCount(page);
  // A load of its own, and not ordered with the one before: see the scenarios on torn counters.
  const mappings = pageMapcount(page);
  // Pairs with "dirty, then put_page()" of who has written to the page, as in __remove_mapping().
  smpRmb();
  return references === 1 + mappings;
}

export const madvFreeRefcountCheckV2 = unmerged({
  id: 'madv-free-refcount-check-v2',
  title: '[PATCH v2] mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
  url: 'https://lkml.kernel.org/r/20220105233440.63361-1-mfo@canonical.com',
});

/**
 * Discards a clean page only if all its references are known: one of the isolation, and one of each
 * mapping. mm/rmap.c:try_to_unmap_one(), v5.18 to v6.14 (folio names since v5.19, the same rule).
 */
@injectable()
export class RefcountCheckedDiscard extends RefcountCheckedDiscardWithoutMb {
  override fateOf(page: Page): LazyFreeFate {
    // Pairs with the full barrier of GUP-fast's reference: here the entry is cleared and then the
    // references are read; there the reference is taken and then the entry is read again.
    smpMb();
    return super.fateOf(page);
  }
}

export const madvFreeRefcountCheck = commit({
  id: 'madv-free-refcount-check',
  title: 'mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
  commit: '6c8e2a256915a223f6289f651d6b926cd7135c9e',
  since: 'v5.18',
});

/**
 * Pages of a droppable mapping are never backed by swap, and may be discarded even if they are dirty.
 * mm/rmap.c:try_to_unmap_one(), v6.11 to v6.14 (read in v6.13.7).
 */
@injectable()
export class DroppableDiscard implements LazyFreeRule {
  fateOf(page: Page, vma: Vma): LazyFreeFate {
    const droppable = this.isDroppable(vma);
    smpMb();
    if (hasKnownReferences(page) && (!PageDirty(page) || droppable)) return 'discard';
    return droppable ? 'remap, still lazyfree' : 'remap';
  }

  isDroppable(vma: Vma): boolean {
    return vma.has(VM_DROPPABLE);
  }
}

export const droppable = commit({
  id: 'droppable',
  title: 'mm: add MAP_DROPPABLE for designating always lazily freeable mappings',
  commit: '9651fcedf7b92d3f7f1ab179e8ab55b85ee10fc1',
  since: 'v6.11',
});

/**
 * A page that is merely referenced stays lazyfree: whoever writes to it through his reference must
 * make it dirty, and reclaim will see that at its next attempt. mm/rmap.c:try_to_unmap_one(), v6.15.
 *
 * The same release checks once for all entries of a large folio (354dffd29575, 2f4ab3ac10e1,
 * 2f9b43d617e2), which for a small one is no difference.
 */
@injectable()
export class SwapBackedIffDirty extends DroppableDiscard {
  override fateOf(page: Page, vma: Vma): LazyFreeFate {
    smpMb();
    const isKnown = hasKnownReferences(page);
    if (PageDirty(page) && !this.isDroppable(vma)) return 'remap';
    return isKnown ? 'discard' : 'remap, still lazyfree';
  }
}

export const swapbackedIffDirty = commit({
  id: 'swapbacked-iff-dirty',
  title: 'mm: set folio swapbacked iff folios are dirty in try_to_unmap_one',
  commit: 'faeb2831b517931f522f971e184b50ac82d29633',
  since: 'v6.15',
});

export const lazyFreeRule = history(LAZY_FREE_RULE, 'mm/rmap.c:try_to_unmap_one()', [
  asOf('v4.12', DiscardUnlessDirty),
  posted(madvFreeRefcountCheckV1, TwoReferencesDiscard),
  posted(madvFreeRefcountCheckV2, RefcountCheckedDiscardWithoutMb),
  since(madvFreeRefcountCheck, RefcountCheckedDiscard),
  since(droppable, DroppableDiscard),
  since(swapbackedIffDirty, SwapBackedIffDirty),
]);
