import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';

export const JOURNALLED_WRITEPAGE = token<JournalledWritepage>('fs.JournalledWritepage', {
  providedBy: ['@pagerace/fs'],
});

/** The seam of data=journal: how a page whose contents must go to the journal keeps its buffers until it is in a transaction. */
export interface JournalledWritepage {
  /** The page is unlocked while a handle is got, as handles come before page locks. */
  readonly unlocksPage: boolean;
  /** bget_one(): the buffers are in use meanwhile. */
  readonly holdsBuffers: boolean;
}

/** Nothing keeps reclaim from the buffers of a page that is clean and unlocked. */
export const journalledNoBget = commit({
  id: 'journalled-no-bget',
  title: 'ext4: fix an use-after-free issue about data=journal writeback mode',
  commit: '5c48a7df91499e371ef725895b2e2d21a126e227',
  since: 'v5.17-rc1',
});

/** The handle is got before the page lock. */
export const journalledWritepages = commit({
  id: 'journalled-writepages',
  title: 'ext4: Convert data=journal writeback to use ext4_writepages()',
  commit: '3f079114bf522f27f3680238b6429f3dd45535b6',
  since: 'v6.4',
});

export const journalledWritepage = history(
  JOURNALLED_WRITEPAGE,
  'fs/ext4/inode.c:__ext4_journalled_writepage()',
  [
    asOf('v4.4', { unlocksPage: true, holdsBuffers: true }),
    since(journalledNoBget, { unlocksPage: true, holdsBuffers: false }),
    since(journalledWritepages, { unlocksPage: false, holdsBuffers: false }),
  ],
);
