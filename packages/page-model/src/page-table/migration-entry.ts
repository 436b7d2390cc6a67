import { reach } from '@pagerace/explorer';
import type { Pfn } from '../address.js';
import type { Architecture } from '../architecture.js';
import type { Memory } from '../memory.js';
import type { Page } from '../page/page.js';
import type { Pte } from './page-table-entry.js';
import { type SwapEntry, swpEntry, swpOffset, swpType } from './swap-entry.js';

// include/linux/swap.h and include/linux/swapops.h: a migration entry is a swap entry of a type that no
// device has, and its offset is the frame of the page that is being migrated. The types are those of v6.1
// without memory failure, device memory and PTE markers; before v5.19 there is no READ_EXCLUSIVE, and the
// other two are the last ones.

/** MAX_SWAPFILES: types from here on are of no swap device. */
const MAX_SWAPFILES = 29;
const SWP_MIGRATION_READ = MAX_SWAPFILES;
const SWP_MIGRATION_READ_EXCLUSIVE = MAX_SWAPFILES + 1;
const SWP_MIGRATION_WRITE = MAX_SWAPFILES + 2;

/** non_swap_entry(): the entry names no slot of a swap device. */
export function nonSwapEntry(entry: SwapEntry): boolean {
  return swpType(entry) >= MAX_SWAPFILES;
}

/** make_readable_migration_entry(). */
export function makeReadableMigrationEntry(pfn: Pfn): SwapEntry {
  return swpEntry(SWP_MIGRATION_READ, pfn);
}

/** make_readable_exclusive_migration_entry() (v5.19). */
export function makeReadableExclusiveMigrationEntry(pfn: Pfn): SwapEntry {
  return swpEntry(SWP_MIGRATION_READ_EXCLUSIVE, pfn);
}

/** make_writable_migration_entry(). */
export function makeWritableMigrationEntry(pfn: Pfn): SwapEntry {
  return swpEntry(SWP_MIGRATION_WRITE, pfn);
}

/** is_migration_entry(). */
export function isMigrationEntry(entry: SwapEntry): boolean {
  const type = swpType(entry);
  return type >= SWP_MIGRATION_READ && type <= SWP_MIGRATION_WRITE;
}

/** is_readable_migration_entry(): not of a page that is exclusive. */
export function isReadableMigrationEntry(entry: SwapEntry): boolean {
  return swpType(entry) === SWP_MIGRATION_READ;
}

/** is_writable_migration_entry(). */
export function isWritableMigrationEntry(entry: SwapEntry): boolean {
  return swpType(entry) === SWP_MIGRATION_WRITE;
}

/** Another entry in the place of that of `pte`, with the soft-dirty and the uffd-wp bit that `pte` has. */
export function withSwpEntry(arch: Architecture, pte: Pte, entry: SwapEntry): Pte {
  let other = arch.swpEntryToPte(entry);
  if (arch.pteSwpSoftDirty(pte)) other = arch.pteSwpMksoftDirty(other);
  if (arch.pteSwpUffdWp(pte)) other = arch.pteSwpMkuffdWp(other);
  return other;
}

/** pfn_swap_entry_to_page(): the page that is being migrated, which the entry then leads to. */
export function pfnSwapEntryToPage(memory: Memory, entry: SwapEntry): Page {
  const { arch, pages } = memory;
  return reach(
    pages[swpOffset(entry) - 1]!,
    (pte) => typeof pte === 'bigint' && arch.isSwapPte(pte) && arch.pteToSwpEntry(pte) === entry,
  );
}
