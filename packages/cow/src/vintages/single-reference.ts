import { inject, injectable } from '@pagerace/di';
import { commit } from '@pagerace/history';
import {
  lruAddDrain,
  MEMORY,
  type Memory,
  type Page,
  pageCount,
  PageKsm,
  PageLRU,
  PageSwapCache,
  type SwapEntry,
  trylockPage,
  unlockPage,
} from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';
import type { AnonReuseRule, SwapInDecision, WriteProtectFate } from '../anon-reuse-rule.js';
import type { HugeReuseRule } from '../huge-reuse-rule.js';

/**
 * A write fault goes on with the page if its only reference is that of its mapping, once those of the
 * swap cache and of an LRU batch are out of the way. mm/memory.c:do_wp_page() (53a05ad9f21d for the swap
 * cache, d4c470970d45 for the batch) and do_swap_page(), v5.18.
 */
@injectable()
export class ReuseBySingleReference implements AnonReuseRule {
  constructor(
    @inject(SWAP) protected readonly swap: Swap,
    @inject(MEMORY) private readonly memory: Memory,
  ) {}

  fateOf(page: Page): WriteProtectFate {
    if (pageCount(page) > 3) return 'copy';
    if (!PageLRU(page)) lruAddDrain(this.memory);
    if (pageCount(page) > (PageSwapCache(page) ? 2 : 1) || !trylockPage(page)) return 'copy';
    if (PageSwapCache(page)) this.swap.tryToFreeSwap(page);
    const mayReuse = !PageKsm(page) && pageCount(page) === 1;
    unlockPage(page);
    return mayReuse ? 'reuse' : 'copy';
  }

  /** The LRU batch of this CPU may have a reference of its own, as of a page that was just read in. */
  beforeSwapIn(page: Page, writes: boolean): void {
    if (writes && !PageKsm(page) && !PageLRU(page)) lruAddDrain(this.memory);
  }

  swapIn(page: Page, entry: SwapEntry, writes: boolean, _entryExclusive: boolean): SwapInDecision {
    const isFresh = writes && this.isFresh(page);
    this.giveUpSlot(page, entry, writes);
    const reuse = isFresh || (writes && !PageKsm(page) && pageCount(page) === 1);
    return { write: reuse, exclusive: reuse };
  }

  /** page != swapcache: this fault has allocated the page, and nobody can find it. Ask before {@link giveUpSlot}. */
  protected isFresh(page: Page): boolean {
    return !PageSwapCache(page);
  }

  /** Comes before the page is mapped, so that the page can leave the swap cache. */
  protected giveUpSlot(page: Page, entry: SwapEntry, writes: boolean): void {
    this.swap.swapFree(entry);
    // should_try_to_free_swap(): worth it if this fault and the swap cache alone have the page.
    if (writes && !PageKsm(page) && PageSwapCache(page) && pageCount(page) === 2)
      this.swap.tryToFreeSwap(page);
  }

  swappedIn(_entry: SwapEntry): void {
    // Given up before.
  }
}

/** The last of three: 53a05ad9f21d and d4c470970d45, of the same series, are taken with it. */
export const cowBySingleReference = commit({
  id: 'cow-by-single-reference',
  title: 'mm: streamline COW logic in do_swap_page()',
  commit: 'c145e0b47c77',
  since: 'v5.18',
});

/**
 * A write fault goes on with the huge page if its only reference is that of its mapping. Huge pages are
 * never in the swap cache here, nor in an LRU batch by then. mm/huge_memory.c:do_huge_pmd_wp_page(), v5.18.
 */
@injectable()
export class ReuseHugeBySingleReference implements HugeReuseRule {
  isExclusive(_head: Page): boolean {
    return false;
  }

  mayReuse(head: Page): boolean {
    return pageCount(head) === 1;
  }
}

export const hugeCowBySingleReference = commit({
  id: 'huge-cow-by-single-reference',
  title: 'mm/huge_memory: streamline COW logic in do_huge_pmd_wp_page()',
  commit: '3bff7e3f1f16',
  since: 'v5.18',
});
