import { cowByPageCount } from '@pagerace/cow';
import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { kernelFunction } from '@pagerace/machine';
import {
  type Page,
  pageCount,
  pageRefFreeze,
  pageRefUnfreeze,
  PageSwapCache,
  StableNode,
  trylockPage,
  unlockPage,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';

export const KSM_REUSE_RULE = token<KsmReuseRule>('ksm.KsmReuseRule', {
  providedBy: ['@pagerace/fault'],
});

/** The seam of do_wp_page() for KSM pages. */
export interface KsmReuseRule {
  /** What becomes of a write through an entry that maps a KSM page. Hold the PTL. */
  fateOf(
    page: Page,
    vma: Vma,
    address: VirtualAddress,
  ): 'reuse' | 'copy' | 'wait for the page lock';
}

/** mm/memory.c:do_wp_page(): read in v4.12, v5.17 and v5.19. */
@injectable()
export class NeverReuseKsmPage implements KsmReuseRule {
  fateOf(): 'copy' {
    return 'copy';
  }
}

/** A KSM page that one entry maps, and that is not in the swap cache, becomes an ordinary one again. v5.1 to v5.8. */
@injectable()
export class ReuseKsmPage implements KsmReuseRule {
  fateOf(
    page: Page,
    vma: Vma,
    address: VirtualAddress,
  ): 'reuse' | 'copy' | 'wait for the page lock' {
    if (PageSwapCache(page) || pageCount(page) !== 1) return 'copy';
    if (!trylockPage(page)) return 'wait for the page lock';
    const isReused = this.reuseKsmPage(page, vma, address);
    unlockPage(page);
    return isReused ? 'reuse' : 'copy';
  }

  @kernelFunction('mm/ksm.c')
  reuseKsmPage(page: Page, vma: Vma, address: VirtualAddress): boolean {
    const node = page.mapping.read();
    if (PageSwapCache(page) || !(node instanceof StableNode) || node.hlist.length === 0)
      return false;
    // Keeps ksmd, which takes a reference unless there is none, from merging another page with it.
    if (!pageRefFreeze(page, 1)) return false;
    // page_move_anon_rmap().
    page.mapping.write(vma.anonVma);
    page.index.write(vma.pageIndex(address));
    pageRefUnfreeze(page, 1);
    return true;
  }
}

/** Removed with the rule of page counts (1a0cf26323c8, "mm/ksm: Remove reuse_ksm_page()"). */
export const reuseKsmPage = commit({
  id: 'reuse-ksm-page',
  title: 'mm: reuse only-pte-mapped KSM page in do_wp_page()',
  commit: '52d1e606ee73',
  since: 'v5.1',
});

export const ksmReuseRule = history(KSM_REUSE_RULE, 'mm/ksm.c:reuse_ksm_page()', [
  asOf('v4.12', NeverReuseKsmPage),
  since(reuseKsmPage, ReuseKsmPage),
  since(cowByPageCount, NeverReuseKsmPage),
]);
