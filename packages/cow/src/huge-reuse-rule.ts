import { token } from '@pagerace/di';
import type { Page } from '@pagerace/page-model';

export const HUGE_REUSE_RULE = token<HugeReuseRule>('cow.HugeReuseRule', {
  providedBy: ['@pagerace/cow'],
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
