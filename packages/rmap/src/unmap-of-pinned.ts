import { injectable, token } from '@pagerace/di';
import { asked, asOf, history } from '@pagerace/history';
import { type Page, pageDmaPinned, PageDmaPinned } from '@pagerace/page-model';

export const UNMAP_OF_PINNED = token<UnmapOfPinned>('rmap.UnmapOfPinned', {
  providedBy: ['@pagerace/rmap'],
});

/** The seam of pages that get_user_pages() has given out, and that are to be unmapped. */
export interface UnmapOfPinned {
  /** Asked by try_to_unmap_one() before anything else. @returns whether the page stays mapped */
  keeps(page: Page): boolean;
}

/** Every release: try_to_unmap_one() does not ask. */
@injectable()
export class UnmapPinned implements UnmapOfPinned {
  keeps(_page: Page): boolean {
    return false;
  }
}

/** Whether anybody holds the page still, the flag does not say. */
@injectable()
export class KeepDmaPinned implements UnmapOfPinned {
  keeps(page: Page): boolean {
    return PageDmaPinned(page);
  }
}

export const unmapOfPinned = history(UNMAP_OF_PINNED, 'mm/rmap.c:try_to_unmap_one()', [
  asOf('v4.4', UnmapPinned),
  asked(pageDmaPinned, KeepDmaPinned),
]);
