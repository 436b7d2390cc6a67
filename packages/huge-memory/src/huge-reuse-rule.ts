import { inject, injectable, token } from '@pagerace/di';
import type { Page } from '@pagerace/page-model';
import { SWAP, type Swap } from '@pagerace/swap';

export const HUGE_REUSE_RULE = token<HugeReuseRule>('huge-memory.HugeReuseRule', {
  providedBy: ['@pagerace/huge-memory', '@pagerace/patches'],
});

/**
 * The seam of copy-on-write of huge pages: when a write fault may go on with the one that is there. Base
 * pages have a rule of their own, which was another for a while (v5.9 to v5.17).
 */
export interface HugeReuseRule {
  /** Whether the page is known to be this process's alone, without more ado. Hold pmd_lock(). */
  isExclusive(head: Page): boolean;
  /** Whether nobody else has the page; if so, it is this process's from now on. Hold pmd_lock() and the page lock. */
  mayReuse(head: Page): boolean;
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
