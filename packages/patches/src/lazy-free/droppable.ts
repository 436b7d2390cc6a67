import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { smpMb, smpRmb } from '@pagerace/machine';
import {
  type Page,
  pageCount,
  PageDirty,
  pageMapcount,
  VM_DROPPABLE,
  type Vma,
} from '@pagerace/page-model';
import { LAZY_FREE_RULE, type LazyFreeFate, type LazyFreeRule } from '@pagerace/rmap';

/**
 * Pages of a droppable mapping are never backed by swap, and may be discarded even if they are dirty.
 * mm/rmap.c:try_to_unmap_one(), v6.11 to v6.14 (read in v6.13.7).
 */
@injectable()
export class DroppableDiscard implements LazyFreeRule {
  fateOf(page: Page, vma: Vma): LazyFreeFate {
    const droppable = this.isDroppable(vma);
    smpMb();
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    smpRmb();
    if (references === 1 + mappings && (!PageDirty(page) || droppable)) return 'discard';
    return droppable ? 'remap, still lazyfree' : 'remap';
  }

  isDroppable(vma: Vma): boolean {
    return vma.has(VM_DROPPABLE);
  }
}

export const droppable = definePatch({
  id: 'droppable',
  title: 'mm: add MAP_DROPPABLE for designating always lazily freeable mappings',
  commit: '9651fcedf7b92d3f7f1ab179e8ab55b85ee10fc1',
  since: 'v6.11',
  needs: ['madv-free-refcount-check'],
  supersedes: ['madv-free-refcount-check'],
  provides: [{ token: LAZY_FREE_RULE, useClass: DroppableDiscard }],
});
