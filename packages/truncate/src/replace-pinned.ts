import { injectable, token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';
import { type Page, pageMaybeDmaPinned } from '@pagerace/page-model';

export const REPLACE_PINNED = token<ReplacePinned>('truncate.ReplacePinned', {
  providedBy: ['@pagerace/truncate'],
});

/** The seam of pages that are to leave their file while a device may write to them. */
export interface ReplacePinned {
  /**
   * Asked with the page locked, when it is unmapped and not under writeback. A fault that would map it again waits for
   * the page lock, so that GUP-fast alone can still get it.
   *
   * @returns what becomes of it: it leaves the file; it stays, and the system call fails with EBUSY; or it is waited for
   */
  fateOf(page: Page): 'take' | 'refuse' | 'wait';
}

/** Every release: nobody asks. */
@injectable()
export class TakePinned implements ReplacePinned {
  fateOf(_page: Page): ReturnType<ReplacePinned['fateOf']> {
    return 'take';
  }
}

@injectable()
export class RefusePinned extends TakePinned {
  override fateOf(page: Page): ReturnType<ReplacePinned['fateOf']> {
    return pageMaybeDmaPinned(page) ? 'refuse' : 'take';
  }
}

/** "Other filesystem features that need to replace the page with a new one can be inhibited for pages that are GUP-pinned." */
export const replaceRefusesPinned = unmerged({
  id: 'replace-refuses-pinned',
  title: 'What takes pages out of a file fails where one is pinned',
});

@injectable()
export class WaitForPinned extends TakePinned {
  override fateOf(page: Page): ReturnType<ReplacePinned['fateOf']> {
    return pageMaybeDmaPinned(page) ? 'wait' : 'take';
  }
}

/** As ext4_break_layouts() does for DAX. */
export const replaceWaitsForPinned = unmerged({
  id: 'replace-waits-for-pinned',
  title: 'What takes pages out of a file waits for those that are pinned',
});

export const replacePinned = history(REPLACE_PINNED, 'mm/truncate.c:truncate_inode_pages_range()', [
  asOf('v4.4', TakePinned),
  asked(replaceRefusesPinned, RefusePinned),
  asked(replaceWaitsForPinned, WaitForPinned),
]);
