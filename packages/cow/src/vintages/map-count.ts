import { inject, injectable } from '@pagerace/di';
import {
  getPage,
  type Page,
  type SwapEntry,
  trylockPage,
  unlockPage,
  type Vma,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import type { AnonDupRule } from '../anon-dup-rule.js';
import type { AnonReuseRule, SwapInDecision, WriteProtectFate } from '../anon-reuse-rule.js';
import type { GupUnshareRule } from '../gup-unshare-rule.js';
import type { HugeReuseRule } from '../huge-reuse-rule.js';
import type { PinOrdering } from '../pin-ordering.js';

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

/**
 * The page may be reused if none of its pages is mapped or swapped elsewhere: references of the kernel,
 * such as those of GUP, do not count. do_huge_pmd_wp_page() with reuse_swap_page(), to v5.17.
 */
@injectable()
export class ReuseHugeByMapCount implements HugeReuseRule {
  constructor(@inject(SWAP) private readonly swap: Swap) {}

  isExclusive(): boolean {
    return false;
  }

  mayReuse(head: Page): boolean {
    return this.swap.reuseSwapPage(head);
  }
}

/** get_page() and page_dup_rmap(), pinned or not: copy_one_pte() and copy_huge_pmd(), to v5.8. */
@injectable()
export class DupPinned implements AnonDupRule {
  constructor(@inject(RMAP) protected readonly rmap: Rmap) {}

  tryDup(page: Page, compound: boolean, _vma: Vma): boolean {
    // The reference first, the mapping after it: in between, a page has one reference more than its
    // mappings account for.
    getPage(page);
    this.rmap.pageDupRmap(page, compound);
    return true;
  }
}

/** Never. mm/gup.c, to v5.18. */
@injectable()
export class NeverUnshare implements GupUnshareRule {
  mustUnshare(): boolean {
    return false;
  }
}

/**
 * None: the reference itself is fully ordered, the bias that is added to it is not. mm/gup.c, to v6.0.
 */
@injectable()
export class UnorderedPin implements PinOrdering {
  afterPin(): void {
    // The bias is added and nothing else.
  }
}
