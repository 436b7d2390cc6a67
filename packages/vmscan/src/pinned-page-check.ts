import { injectable, token } from '@pagerace/di';
import type { Page } from '@pagerace/page-model';

export const PINNED_PAGE_CHECK = token<PinnedPageCheck>('vmscan.PinnedPageCheck', {
  providedBy: ['@pagerace/vmscan', '@pagerace/patches'],
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
