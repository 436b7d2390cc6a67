import { inject, injectable, token } from '@pagerace/di';
import { type Page, type SwapEntry, trylockPage, unlockPage } from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';

export const ANON_REUSE_RULE = token<AnonReuseRule>('fault.AnonReuseRule', {
  providedBy: ['@pagerace/fault', '@pagerace/patches'],
});

/** What do_wp_page() is to do with an anonymous page. */
export type WriteProtectFate =
  /** Make its entry writable. */
  | 'reuse'
  /** Map a copy instead. */
  | 'copy'
  /** The page is locked, and cannot be judged: wait, and let the access fault again. */
  | 'wait for the page lock';

/** How a page that comes in from swap is to be mapped. */
export interface SwapInDecision {
  /** Writable and dirty at once, so that no write fault follows. */
  readonly write: boolean;
  /** RMAP_EXCLUSIVE: no other process has the page. */
  readonly exclusive: boolean;
}

/**
 * The seam of copy-on-write: when a write fault may go on with the anonymous page that is there, and
 * when it must copy.
 */
export interface AnonReuseRule {
  /** do_wp_page(): a write through a read-only entry. Hold the PTL. */
  fateOf(page: Page): WriteProtectFate;
  /** do_swap_page(), before the PTL is taken. Hold the page lock. */
  beforeSwapIn(page: Page, writes: boolean): void;
  /**
   * do_swap_page(), before the page is mapped. Hold the page lock and the PTL.
   *
   * @param writes whether the fault is a write
   * @param entryExclusive whether the swap entry carried the exclusive marker
   */
  swapIn(page: Page, entry: SwapEntry, writes: boolean, entryExclusive: boolean): SwapInDecision;
  /** do_swap_page(), after the page is mapped: gives the slot up, if {@link swapIn} has not. */
  swappedIn(entry: SwapEntry): void;
}

/**
 * The page may be reused if no other page-table entry, present or swapped, has it: references of the
 * kernel, such as those of GUP, do not count. do_wp_page() and do_swap_page() with reuse_swap_page(),
 * to v5.8.
 */
@injectable()
export class ReuseByMapCount implements AnonReuseRule {
  constructor(@inject(SWAP) protected readonly swap: Swap) {}

  fateOf(page: Page): WriteProtectFate {
    if (!trylockPage(page)) return 'wait for the page lock';
    const mayReuse = this.swap.reuseSwapPage(page);
    unlockPage(page);
    return mayReuse ? 'reuse' : 'copy';
  }

  beforeSwapIn(_page: Page, _writes: boolean): void {
    // References of LRU batches do not count.
  }

  /** The slot is still in use by this entry while the page is judged, so that they count as one. */
  swapIn(page: Page, _entry: SwapEntry, writes: boolean, _entryExclusive: boolean): SwapInDecision {
    const reuse = writes && this.swap.reuseSwapPage(page);
    return { write: reuse, exclusive: reuse };
  }

  swappedIn(entry: SwapEntry): void {
    this.swap.swapFree(entry);
  }
}
