import { injectable, token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';
import { type Page, pageMaybeDmaPinned, type WritebackSyncMode } from '@pagerace/page-model';

export const WRITEBACK_OF_PINNED = token<WritebackOfPinned>('fs.WritebackOfPinned', {
  providedBy: ['@pagerace/fs'],
});

/** The seam of pages that a device may write to while they are written back. */
export interface WritebackOfPinned {
  /**
   * Asked once the page is clean and read-only in every page table, with the page locked.
   *
   * @returns what to do with the page: write it; write a copy of it; write it and have it dirty at once again; or
   *   leave it dirty
   */
  fateOf(page: Page, mode: WritebackSyncMode): 'write' | 'bounce' | 'write, stays dirty' | 'skip';
  /** Whether a copy is made before the page is clean and read-only. Asked with the page locked; not with data=journal. */
  copiesEarly(page: Page): boolean;
}

/** Every release: nobody asks. */
@injectable()
export class WritePinned implements WritebackOfPinned {
  fateOf(_page: Page, _mode: WritebackSyncMode): ReturnType<WritebackOfPinned['fateOf']> {
    return 'write';
  }

  copiesEarly(_page: Page): boolean {
    return false;
  }
}

@injectable()
export class BouncePinned extends WritePinned {
  override fateOf(page: Page, _mode: WritebackSyncMode): ReturnType<WritebackOfPinned['fateOf']> {
    return pageMaybeDmaPinned(page) ? 'bounce' : 'write';
  }
}

/** The remedy that the document names first. */
export const bouncePinned = unmerged({
  id: 'bounce-pinned',
  title: 'Writeback of a page that is pinned writes a copy of it',
});

@injectable()
export class BouncePinnedEarly extends WritePinned {
  override copiesEarly(page: Page): boolean {
    return pageMaybeDmaPinned(page);
  }
}

/** Asks in which order the copy and page_mkclean() must come. */
export const bouncePinnedEarly = unmerged({
  id: 'bounce-pinned-early',
  title: 'What if the copy of a pinned page were made before the page is clean',
});

@injectable()
export class SkipPinned extends WritePinned {
  override fateOf(page: Page, mode: WritebackSyncMode): ReturnType<WritebackOfPinned['fateOf']> {
    return mode === 'WB_SYNC_NONE' && pageMaybeDmaPinned(page) ? 'skip' : 'write';
  }
}

export const skipPinned = unmerged({
  id: 'skip-pinned',
  title: 'Writeback that is not for integrity leaves pages that are pinned dirty',
});

@injectable()
export class KeepPinnedDirty extends WritePinned {
  override fateOf(page: Page, _mode: WritebackSyncMode): ReturnType<WritebackOfPinned['fateOf']> {
    return pageMaybeDmaPinned(page) ? 'write, stays dirty' : 'write';
  }
}

export const keepPinnedDirty = unmerged({
  id: 'keep-pinned-dirty',
  title: 'A page that is pinned when it is written back stays dirty',
});

export const writebackOfPinned = history(
  WRITEBACK_OF_PINNED,
  'fs/ext4/inode.c:mpage_submit_page()',
  [
    asOf('v4.4', WritePinned),
    asked(bouncePinned, BouncePinned),
    asked(bouncePinnedEarly, BouncePinnedEarly),
    asked(skipPinned, SkipPinned),
    asked(keepPinnedDirty, KeepPinnedDirty),
  ],
);
