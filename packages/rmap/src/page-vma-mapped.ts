import { defineKernelFunction, spinLock } from '@pagerace/machine';
import {
  type LockedPte,
  type Page,
  pteOffsetMapNolock,
  pteUnmap,
  pteUnmapUnlock,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';

/**
 * page_vma_mapped_walk(): the entry that maps the page at this address, with the PTL held.
 *
 * @returns undefined, and no lock held, if the page is not mapped there
 */
export const pageVmaMappedWalk = defineKernelFunction(
  'mm/page_vma_mapped.c',
  'page_vma_mapped_walk',
  (page: Page, vma: Vma, address: VirtualAddress): LockedPte | undefined => {
    const { arch } = vma.mm.memory;
    const walk = pteOffsetMapNolock(vma.mm, address);
    if (walk === undefined) return undefined;
    const { ptep, table } = walk;
    // map_pte(): an entry that is not present is not worth the lock; without PVMW_SYNC a mapping that
    // is being removed under it right now may so be missed.
    if (!arch.ptePresent(arch.ptepGet(ptep))) {
      pteUnmap(walk);
      return undefined;
    }
    spinLock(table.ptl);
    // check_pte(): under the lock it may have become another.
    const pte = arch.ptepGet(ptep);
    if (arch.ptePresent(pte) && arch.ptePfn(pte) === page.pfn) return walk;
    pteUnmapUnlock(walk);
    return undefined;
  },
);

/** page_vma_mapped_walk_done(). */
export function pageVmaMappedWalkDone(mapped: LockedPte): void {
  pteUnmapUnlock(mapped);
}
