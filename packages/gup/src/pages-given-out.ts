import { injectable, token } from '@pagerace/di';
import { asked, asOf, history } from '@pagerace/history';
import { type Page, pageDmaPinned, SetPageDmaPinned } from '@pagerace/page-model';

export const PAGES_GIVEN_OUT = token<PagesGivenOut>('gup.PagesGivenOut', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of what get_user_pages() notes of the pages that it gives out. */
export interface PagesGivenOut {
  /** Called with references to the pages; after GUP-fast with interrupts on again. */
  note(pages: readonly Page[]): void;
}

/** Every release: nothing but the reference. */
@injectable()
export class NoteNothing implements PagesGivenOut {
  note(): void {
    // Nothing.
  }
}

/** Nobody clears the flag before the page is allocated the next time: whoever gives a page back does so by put_page(). */
@injectable()
export class MarkDmaPinned implements PagesGivenOut {
  note(pages: readonly Page[]): void {
    for (const page of pages) SetPageDmaPinned(page);
  }
}

export const pagesGivenOut = history(
  PAGES_GIVEN_OUT,
  'mm/gup.c:__get_user_pages(), get_user_pages_fast()',
  [asOf('v4.4', NoteNothing), asked(pageDmaPinned, MarkDmaPinned)],
);
