import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { type Page, pageCount, PageDirty } from '@pagerace/page-model';
import { LAZY_FREE_RULE, type LazyFreeFate, type LazyFreeRule } from '@pagerace/rmap';

/**
 * The first version of the fix, of January 2022: exactly two references, of the isolation and of one
 * mapping, so that a page that is mapped twice is never discarded.
 *
 * Unsure: whether the count was read before or after the dirty bit; here it is before.
 */
@injectable()
export class TwoReferencesDiscard implements LazyFreeRule {
  fateOf(page: Page): LazyFreeFate {
    return pageCount(page) === 2 && !PageDirty(page) ? 'discard' : 'remap';
  }

  isDroppable(): boolean {
    return false;
  }
}

export const madvFreeRefcountCheckV1 = definePatch({
  id: 'madv-free-refcount-check-v1',
  title: '[PATCH] mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
  provides: [{ token: LAZY_FREE_RULE, useClass: TwoReferencesDiscard }],
});
