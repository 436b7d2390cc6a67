import { injectable } from '@pagerace/di';
import { definePatch } from '@pagerace/kernel';
import { type Page, pageMaybeDmaPinned } from '@pagerace/page-model';
import { PINNED_PAGE_CHECK, type PinnedPageCheck } from '@pagerace/vmscan';

/** mm/vmscan.c:shrink_page_list(), v5.11. */
@injectable()
export class KeepPinnedFromSwap implements PinnedPageCheck {
  keepsFromSwap(page: Page): boolean {
    return pageMaybeDmaPinned(page);
  }

  keepsUnmapped(_page: Page): boolean {
    return false;
  }
}

/** mm/vmscan.c:shrink_folio_list(), v6.4; and a lazyfree page is one of those that it keeps. */
@injectable()
export class KeepPinned extends KeepPinnedFromSwap {
  override keepsUnmapped(page: Page): boolean {
    return pageMaybeDmaPinned(page);
  }
}

export const keepPinnedFromSwap = definePatch({
  id: 'keep-pinned-from-swap',
  title: "mm: don't put pinned pages into the swap cache",
  commit: 'feb889fb40fafc6933339cf1cca8f770126819fb',
  since: 'v5.11',
  provides: [{ token: PINNED_PAGE_CHECK, useClass: KeepPinnedFromSwap }],
});

export const keepPinned = definePatch({
  id: 'keep-pinned',
  title: 'mm: do not reclaim private data from pinned page',
  commit: 'd824ec2a154677f63c56cc71ffe4578274f6e32e',
  since: 'v6.4',
  needs: ['keep-pinned-from-swap'],
  supersedes: ['keep-pinned-from-swap'],
  provides: [{ token: PINNED_PAGE_CHECK, useClass: KeepPinned }],
});
