import { defineKernelFunction, spinLock } from '@pagerace/machine';
import {
  isMigrationEntry,
  type LockedPte,
  type Page,
  pteOffsetMapNolock,
  pteUnmap,
  pteUnmapUnlock,
  type SwapEntry,
  swpOffset,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';

/** PVMW_SYNC: the walk takes the lock to look, and so misses no mapping that is just being removed. */
export const PVMW_SYNC = 1;

/** PVMW_MIGRATION, with PVMW_SYNC: the walk looks for migration entries, and takes the lock to look. */
export const PVMW_MIGRATION = 2;

/**
 * page_vma_mapped_walk(): the entry that maps the page at this address, with the PTL held.
 *
 * @param flags {@link PVMW_SYNC} or {@link PVMW_MIGRATION}, or none
 * @returns undefined, and no lock held, if the page is not mapped there
 */
export const pageVmaMappedWalk = defineKernelFunction(
  'mm/page_vma_mapped.c',
  'page_vma_mapped_walk',
  (page: Page, vma: Vma, address: VirtualAddress, flags?: number): LockedPte | undefined => {
    const { arch } = vma.mm.memory;
    const forMigration = flags === PVMW_MIGRATION;
    const walk = pteOffsetMapNolock(vma.mm, address);
    if (walk === undefined) return undefined;
    const { ptep, table } = walk;
    // map_pte(): an entry that is not present is not worth the lock; without PVMW_SYNC a mapping that
    // is being removed under it right now may so be missed.
    if (flags === undefined && !arch.ptePresent(arch.ptepGet(ptep))) {
      pteUnmap(walk);
      return undefined;
    }
    spinLock(table.ptl);
    // check_pte(): under the lock it may have become another.
    const pte = arch.ptepGet(ptep);
    const found = forMigration
      ? arch.isSwapPte(pte) && isMigrationEntryOf(arch.pteToSwpEntry(pte), page)
      : arch.ptePresent(pte) && arch.ptePfn(pte) === page.pfn;
    if (found) return walk;
    pteUnmapUnlock(walk);
    return undefined;
  },
);

/** page_vma_mapped_walk_done(). */
export function pageVmaMappedWalkDone(mapped: LockedPte): void {
  pteUnmapUnlock(mapped);
}

function isMigrationEntryOf(entry: SwapEntry, { pfn }: Page): boolean {
  return isMigrationEntry(entry) && swpOffset(entry) === pfn;
}
