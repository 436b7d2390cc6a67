import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { BUG_ON } from '@pagerace/machine';
import { ClearPageDirty, type Page, PagePrivate } from '@pagerace/page-model';

export const WRITEPAGE_WITHOUT_BUFFERS = token<WritepageWithoutBuffers>(
  'fs.WritepageWithoutBuffers',
  { providedBy: ['@pagerace/fs'] },
);

/** The seam of dirty pages without buffers: somebody has made them dirty, and not asked the file system. */
export interface WritepageWithoutBuffers {
  /** Hold the page lock. @returns whether there is nothing to be written */
  gaveUp(page: Page): boolean;
}

/** fs/ext4/inode.c:ext4_writepage(), to v5.17: page_buffers() as the first act. */
@injectable()
export class BugWithoutBuffers implements WritepageWithoutBuffers {
  gaveUp(page: Page): boolean {
    BUG_ON(!PagePrivate(page), `${page.name} is dirty, and has no buffers`);
    return false;
  }
}

/** fs/ext4/inode.c, v5.18: a warning, and the page counts as clean. What it holds is not written. */
@injectable()
export class WarnWithoutBuffers implements WritepageWithoutBuffers {
  gaveUp(page: Page): boolean {
    if (PagePrivate(page)) return false;
    ClearPageDirty(page);
    return true;
  }
}

export const ext4NoBug = commit({
  id: 'ext4-no-bug',
  title: "ext4: don't BUG if someone dirty pages without asking ext4 first",
  commit: 'cc5095747edfb054ca2068d01af20be3fcc3634f',
  since: 'v5.18',
});

export const writepageWithoutBuffers = history(
  WRITEPAGE_WITHOUT_BUFFERS,
  'fs/ext4/inode.c:mpage_prepare_extent_to_map(), ext4_writepage()',
  [asOf('v4.4', BugWithoutBuffers), since(ext4NoBug, WarnWithoutBuffers)],
);
