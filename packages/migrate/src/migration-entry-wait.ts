import { defineKernelFunction } from '@pagerace/machine';
import {
  isMigrationEntry,
  type Mm,
  pfnSwapEntryToPage,
  pteOffsetMapLock,
  pteUnmapUnlock,
  type VirtualAddress,
  waitOnPageLocked,
} from '@pagerace/page-model';

/**
 * migration_entry_wait(): a fault has met a migration entry; when it is gone, the access may be tried again.
 * The page stays locked until its migration entries are gone.
 */
export const migrationEntryWait = defineKernelFunction(
  'mm/migrate.c',
  'migration_entry_wait',
  (mm: Mm, address: VirtualAddress): void => {
    const { memory } = mm;
    const { arch } = memory;
    const locked = pteOffsetMapLock(mm, address);
    if (locked === undefined) return;
    const pte = arch.ptepGet(locked.ptep);
    const isWaited = arch.isSwapPte(pte) && isMigrationEntry(arch.pteToSwpEntry(pte));
    // migration_entry_wait_on_locked() is on the page's wait queue before the PTL is given back, and needs no
    // reference.
    const page = isWaited ? pfnSwapEntryToPage(memory, arch.pteToSwpEntry(pte)) : undefined;
    pteUnmapUnlock(locked);
    if (page !== undefined) waitOnPageLocked(page);
  },
);
