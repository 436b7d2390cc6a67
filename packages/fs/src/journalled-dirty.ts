import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { type Page, pageMaybeDmaPinned } from '@pagerace/page-model';

export const JOURNALLED_DIRTY = token<JournalledDirty>('fs.JournalledDirty', {
  providedBy: ['@pagerace/fs'],
});

/** The seam of data=journal: of which pages that become dirty ext4 takes it that their contents must go to the journal. */
export interface JournalledDirty {
  /** Whether PG_checked is set. */
  isPending(page: Page): boolean;
}

/** fs/ext4/inode.c:ext4_journalled_set_page_dirty(), to v6.3: of all. */
@injectable()
export class PendingAlways implements JournalledDirty {
  isPending(): boolean {
    return true;
  }
}

/** fs/ext4/inode.c:ext4_journalled_dirty_folio(), v6.4: of those that may be pinned; the others went through page_mkwrite(). */
@injectable()
export class PendingIfPinned implements JournalledDirty {
  isPending(page: Page): boolean {
    return pageMaybeDmaPinned(page);
  }
}

export const journalledPinned = commit({
  id: 'journalled-pinned',
  title: 'ext4: Mark page for delayed dirtying only if it is pinned',
  commit: '3f5d30636d2a188ee3cd22c6fef1ace5304a07bf',
  since: 'v6.4',
});

export const journalledDirty = history(
  JOURNALLED_DIRTY,
  'fs/ext4/inode.c:ext4_journalled_dirty_folio()',
  [asOf('v4.4', PendingAlways), since(journalledPinned, PendingIfPinned)],
);
