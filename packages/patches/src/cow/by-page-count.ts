import { injectable } from '@pagerace/di';
import { ANON_REUSE_RULE, ReuseByMapCount, type WriteProtectFate } from '@pagerace/fault';
import { definePatch } from '@pagerace/kernel';
import { type Page, pageCount, pageMapcount, trylockPage, unlockPage } from '@pagerace/page-model';

/**
 * A write fault goes on with the page only if nobody at all has another reference to it; a fault from
 * swap still goes by the map and swap counts. mm/memory.c:do_wp_page(), v5.9 to v5.17.
 */
@injectable()
export class ReuseByPageCount extends ReuseByMapCount {
  override fateOf(page: Page): WriteProtectFate {
    if (pageCount(page) !== 1 || !trylockPage(page)) return 'copy';
    const mayReuse = pageMapcount(page) === 1 && pageCount(page) === 1;
    unlockPage(page);
    return mayReuse ? 'reuse' : 'copy';
  }
}

export const cowByPageCount = definePatch({
  id: 'cow-by-page-count',
  title: 'mm: do_wp_page() simplification',
  commit: '09854ba94c6a',
  since: 'v5.9',
  provides: [{ token: ANON_REUSE_RULE, useClass: ReuseByPageCount }],
});
