import { injectable } from '@pagerace/di';
import { HUGE_REUSE_RULE, type HugeReuseRule } from '@pagerace/huge-memory';
import { definePatch } from '@pagerace/kernel';
import { type Page, pageCount } from '@pagerace/page-model';

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

export const hugeCowBySingleReference = definePatch({
  id: 'huge-cow-by-single-reference',
  title: 'mm/huge_memory: streamline COW logic in do_huge_pmd_wp_page()',
  commit: '3bff7e3f1f16',
  since: 'v5.18',
  provides: [{ token: HUGE_REUSE_RULE, useClass: ReuseHugeBySingleReference }],
});
