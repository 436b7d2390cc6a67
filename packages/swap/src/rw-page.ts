import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const RW_PAGE = token<RwPage>('swap.RwPage', { providedBy: ['@pagerace/swap'] });

/** The seam of block_device_operations.rw_page(), by which a synchronous device writes a page. */
export interface RwPage {
  /** The page is locked until it is written. Otherwise it is unlocked first, as it is for every device. */
  readonly keepsPageLocked: boolean;
}

export const rwPageRemoved = commit({
  id: 'rw-page-removed',
  title: 'block: remove ->rw_page',
  commit: '3222d8c2a7f888bf38b845b125e9470b12108a4d',
  since: 'v6.3',
});

export const rwPage = history(RW_PAGE, 'mm/page_io.c:__swap_writepage()', [
  asOf('v4.12', { keepsPageLocked: true }),
  since(rwPageRemoved, { keepsPageLocked: false }),
]);
