import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { type Page, pageMaybeDmaPinned } from '@pagerace/page-model';

export const PINNED_PAGE_CHECK = token<PinnedPageCheck>('vmscan.PinnedPageCheck', {
  providedBy: ['@pagerace/vmscan'],
});

/** The seam of pages that are pinned for DMA: at which points reclaim lets go of them. */
export interface PinnedPageCheck {
  /** Before the page gets a swap slot. */
  keepsFromSwap(page: Page): boolean;
  /** After it was unmapped, and before anything else is done to it. */
  keepsUnmapped(page: Page): boolean;
}

/** At none. mm/vmscan.c, to v5.10. */
@injectable()
export class IgnorePins implements PinnedPageCheck {
  keepsFromSwap(): boolean {
    return false;
  }

  keepsUnmapped(): boolean {
    return false;
  }
}

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

export const keepPinnedFromSwap = commit({
  id: 'keep-pinned-from-swap',
  title: "mm: don't put pinned pages into the swap cache",
  commit: 'feb889fb40fafc6933339cf1cca8f770126819fb',
  since: 'v5.11',
});

/** mm/vmscan.c:shrink_folio_list(), v6.4; and a lazyfree page is one of those that it keeps. */
@injectable()
export class KeepPinned extends KeepPinnedFromSwap {
  override keepsUnmapped(page: Page): boolean {
    return pageMaybeDmaPinned(page);
  }
}

export const keepPinned = commit({
  id: 'keep-pinned',
  title: 'mm: do not reclaim private data from pinned page',
  commit: 'd824ec2a154677f63c56cc71ffe4578274f6e32e',
  since: 'v6.4',
});

export const pinnedPageCheck = history(PINNED_PAGE_CHECK, 'mm/vmscan.c:shrink_page_list()', [
  asOf('v4.12', IgnorePins),
  since(keepPinnedFromSwap, KeepPinnedFromSwap),
  since(keepPinned, KeepPinned),
]);
