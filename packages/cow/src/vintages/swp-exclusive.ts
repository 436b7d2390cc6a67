import { injectable } from '@pagerace/di';
import { type Page, PageWriteback, type SwapEntry } from '@pagerace/page-model';
import { ReuseIfExclusive } from './anon-exclusive.js';

/**
 * A page whose swap entry carries the marker is exclusive again, unless it is under writeback to a device
 * with stable writes. mm/memory.c:do_swap_page(), 1493a1913e34 (v5.19).
 */
@injectable()
export class RestoreExclusive extends ReuseIfExclusive {
  protected override isKnownExclusive(
    page: Page,
    entry: SwapEntry,
    entryExclusive: boolean,
  ): boolean {
    if (this.isFresh(page)) return true;
    return entryExclusive && !(PageWriteback(page) && this.dropsMarker(entry));
  }

  /**
   * Whether a page under writeback loses the marker: mapped writable, it could change meanwhile. Writeback
   * begins only if nobody else has a reference, so that no GUP relies on the marker then.
   */
  protected dropsMarker(entry: SwapEntry): boolean {
    return this.swap.hasStableWrites(entry);
  }
}

/** The same as posted (v2) and taken by -mm, with the test of the device the wrong way round. */
@injectable()
export class RestoreUnlessOrdinary extends RestoreExclusive {
  protected override dropsMarker(entry: SwapEntry): boolean {
    return !super.dropsMarker(entry);
  }
}
