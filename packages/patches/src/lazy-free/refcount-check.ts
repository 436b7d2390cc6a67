import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { smpMb, smpRmb } from '@pagerace/machine';
import { type Page, pageCount, PageDirty, pageMapcount } from '@pagerace/page-model';
import { LAZY_FREE_RULE, type LazyFreeFate, type LazyFreeRule } from '@pagerace/rmap';

/**
 * Discards a clean page only if all its references are known: one of the isolation, and one of each
 * mapping. mm/rmap.c:try_to_unmap_one(), v5.18 to v6.14 (folio names since v5.19, the same rule).
 */
@injectable()
export class RefcountCheckedDiscard implements LazyFreeRule {
  fateOf(page: Page): LazyFreeFate {
    // Pairs with the full barrier of GUP-fast's reference: here the entry is cleared and then the
    // references are read; there the reference is taken and then the entry is read again.
    smpMb();
    const references = pageCount(page);
    // A load of its own, and not ordered with the one before: see the scenarios on torn counters.
    const mappings = pageMapcount(page);
    // Pairs with "dirty, then put_page()" of who has written to the page, as in __remove_mapping().
    smpRmb();
    return references === 1 + mappings && !PageDirty(page) ? 'discard' : 'remap';
  }

  isDroppable(): boolean {
    return false;
  }
}

export const madvFreeRefcountCheck = definePatch({
  id: 'madv-free-refcount-check',
  title: 'mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
  commit: '6c8e2a256915a223f6289f651d6b926cd7135c9e',
  since: 'v5.18',
  supersedes: ['madv-free-refcount-check-v1', 'madv-free-refcount-check-v2'],
  provides: [{ token: LAZY_FREE_RULE, useClass: RefcountCheckedDiscard }],
});
