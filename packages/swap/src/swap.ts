import { token } from '@pagerace/di';
import type { ByteString, Half, Page, SwapEntry } from '@pagerace/page-model';
import type { Mmlist } from './mmlist.js';
import type { SwapDevice } from './swap-device.js';

export const SWAP = token<Swap>('swap.Swap', { providedBy: ['@pagerace/swap'] });

/** Swap slots, the swap cache and I/O to the swap device (mm/swapfile.c, mm/swap_state.c, mm/page_io.c). */
export interface Swap {
  /** swapon(): from now on there is this swap device. During set-up; there is none before. */
  swapon(device: SwapDevice): void;
  /** init_mm.mmlist. An address space is put on it before it gets a swap entry. */
  readonly mmlist: Mmlist;
  /** get_swap_device() of do_swap_page(): swapoff waits for {@link putSwapDevice}, since v5.14. @returns false if it has come before */
  getSwapDevice(entry: SwapEntry): boolean;
  /** put_swap_device(). */
  putSwapDevice(entry: SwapEntry): void;
  /** The begin of swapoff(): no page gets a slot any more (~SWP_WRITEOK). */
  beginSwapoff(): void;
  /** READ_ONCE(si->inuse_pages): whether a slot is used. */
  isInUse(): boolean;
  /** reinsert_swap_info(): swapoff() has failed, and pages get slots again. */
  reinsertSwapInfo(): void;
  /**
   * The end of swapoff(), when no slot is used: waits for those who have got the device before, and then frees
   * its tables.
   */
  endSwapoff(): void;
  /** add_to_swap(): gives a page a slot and puts it into the swap cache. Hold the page lock. @returns whether it did */
  addToSwap(page: Page): boolean;
  /** swap_duplicate(): one more page-table entry uses the slot. @returns false if there is no continuation page for its count */
  swapDuplicate(entry: SwapEntry): boolean;
  /**
   * {@link swapDuplicate} is going to fail once, with -ENOMEM: the slot's count needs a continuation page, and
   * there is none to be had without waiting. During set-up.
   */
  failSwapDuplicate(): void;
  /** swap_free(): a page-table entry uses the slot no more. */
  swapFree(entry: SwapEntry): void;
  /** free_swap_and_cache(): the same, and if it was the last entry, the slot's page leaves the swap cache unless it is mapped or locked. */
  freeSwapAndCache(entry: SwapEntry): void;
  /** lookup_swap_cache(). @returns the page, with a reference for the caller */
  lookupSwapCache(entry: SwapEntry): Page | undefined;
  /** find_next_to_unuse() and find_get_page(): the pages of the device that are in the swap cache, each with a reference when its turn comes. */
  pagesInSwapCache(): Iterable<Page>;
  /** swapin_readahead(): the page, read into the swap cache if it is not there. @returns it with a reference; undefined if the slot is unused by now */
  swapinReadahead(entry: SwapEntry): Page | undefined;
  /** Whether do_swap_page() goes past the swap cache: a synchronous device, and one entry that uses the slot. */
  skipsSwapCache(entry: SwapEntry): boolean;
  /**
   * Reads a slot into a new page, past the swap cache. End with {@link swapcacheClear}.
   *
   * @returns it with a reference; undefined if another fault has the slot: the access faults again if it must
   */
  swapinSkippingCache(entry: SwapEntry): Page | undefined;
  /** swapcache_clear(): gives back what {@link swapinSkippingCache} has claimed of the slot, if anything. */
  swapcacheClear(entry: SwapEntry): void;
  /** swap_writepage(): begins to write a locked page out, and unlocks it. It is under writeback till the device has it. */
  swapWritepage(page: Page): void;
  /** end_swap_bio_write(): the device reads a page that is under writeback, and ends that. */
  endSwapBioWrite(page: Page): void;
  /** SWP_STABLE_WRITES: whether the device of the entry cannot stand a page that changes under writeback. */
  hasStableWrites(entry: SwapEntry): boolean;
  /** page_swapcount(): how many page-table entries use the page's slot. Hold the page lock. */
  pageSwapcount(page: Page): number;
  /** try_to_free_swap(): takes a page out of the swap cache if no page-table entry uses its slot. Hold the page lock. */
  tryToFreeSwap(page: Page): boolean;
  /** reuse_swap_page(): whether a write fault may go on with the page, by its map and swap counts; not while a device writes it that needs it unchanged. Hold the page lock. Removed in v5.18. */
  reuseSwapPage(page: Page): boolean;
  /** At the end of a program: what a slot's entry leads to, the page in the swap cache or what the device has. */
  contentsOf(entry: SwapEntry): { readHalf(half: Half): ByteString };
  /**
   * At the end of a program: how swap_map[] differs from the page tables and the swap cache.
   *
   * @returns a sentence; undefined if every slot is counted as it is used
   */
  swapMapError(): string | undefined;
  /**
   * folio_migrate_mapping() for the swap cache: puts a new page into the place of one that nobody else refers
   * to. Hold the locks of both pages.
   *
   * @param whileFrozen what else the new page takes over, while nobody can take a reference to the old one
   * @returns whether it did
   */
  replaceInCache(page: Page, newPage: Page, whileFrozen: () => void): boolean;
  /** __remove_mapping(), for the swap cache: takes out a page that nobody else refers to. @returns whether it did; then the page has no reference left */
  removeMapping(page: Page): boolean;
}
