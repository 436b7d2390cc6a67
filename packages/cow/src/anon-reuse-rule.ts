import { token } from '@pagerace/di';
import type { Page, SwapEntry } from '@pagerace/page-model';

export const ANON_REUSE_RULE = token<AnonReuseRule>('cow.AnonReuseRule', {
  providedBy: ['@pagerace/cow'],
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
