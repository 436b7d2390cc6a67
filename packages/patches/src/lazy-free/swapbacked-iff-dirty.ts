import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { smpMb, smpRmb } from '@pagerace/machine';
import { type Page, pageCount, PageDirty, pageMapcount, type Vma } from '@pagerace/page-model';
import { LAZY_FREE_RULE, type LazyFreeFate } from '@pagerace/rmap';
import { DroppableDiscard } from './droppable.js';

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
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    smpRmb();
    if (PageDirty(page) && !this.isDroppable(vma)) return 'remap';
    return references === 1 + mappings ? 'discard' : 'remap, still lazyfree';
  }
}

export const swapbackedIffDirty = definePatch({
  id: 'swapbacked-iff-dirty',
  title: 'mm: set folio swapbacked iff folios are dirty in try_to_unmap_one',
  commit: 'faeb2831b517931f522f971e184b50ac82d29633',
  since: 'v6.15',
  needs: ['droppable'],
  supersedes: ['madv-free-refcount-check', 'droppable'],
  provides: [{ token: LAZY_FREE_RULE, useClass: SwapBackedIffDirty }],
});
