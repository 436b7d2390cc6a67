import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { smpRmb } from '@pagerace/machine';
import { type Page, pageCount, PageDirty, pageMapcount } from '@pagerace/page-model';
import { LAZY_FREE_RULE, type LazyFreeFate, type LazyFreeRule } from '@pagerace/rmap';

/**
 * The second version of the fix: the references less one are as many as the mappings. Nothing keeps
 * the load of the references behind the clearing of the entry.
 */
@injectable()
export class RefcountCheckedDiscardWithoutMb implements LazyFreeRule {
  fateOf(page: Page): LazyFreeFate {
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    smpRmb();
    return references - 1 === mappings && !PageDirty(page) ? 'discard' : 'remap';
  }

  isDroppable(): boolean {
    return false;
  }
}

export const madvFreeRefcountCheckV2 = definePatch({
  id: 'madv-free-refcount-check-v2',
  title: '[PATCH v2] mm: fix race between MADV_FREE reclaim and blkdev direct IO read',
  url: 'https://lkml.kernel.org/r/20220105233440.63361-1-mfo@canonical.com',
  supersedes: ['madv-free-refcount-check-v1'],
  provides: [{ token: LAZY_FREE_RULE, useClass: RefcountCheckedDiscardWithoutMb }],
});
