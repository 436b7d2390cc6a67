import {
  getPage,
  lruAddDrain,
  PageDirty,
  pageCount,
  PagePrivate,
  putPage,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { once, type System } from './system.js';

/** Migrates the page of the file, which was written to. @returns whether it moved, and what is known of the page now */
function migrated({ file, memory, migrate }: System): readonly unknown[] {
  lruAddDrain(memory);
  const page = file.pageAt(0)!;
  const moved = migrate.doMigrateRange(page);
  lruAddDrain(memory);
  const now = file.pageAt(0)!;
  return [moved, now === page, PageDirty(now), PagePrivate(now), pageCount(now)];
}

test('a dirty page migrates with its buffers, and is written afterwards', () => {
  const [seen, written] = once((system) => {
    const { disk, file, mm, user, writeback } = system;
    user.userWrite(mm, 0, 0x79);
    const seen = migrated(system);
    writeback.filemapWriteAndWaitRange(file);
    return [seen, disk.contents(0, 'lo')];
  });
  // The page cache, the buffers, and the mapping refer to it.
  expect([seen, written]).toEqual([[true, false, true, true, 3], 'y']);
});

test('a page that somebody refers to stays, with its buffers', () => {
  const seen = once((system) => {
    system.user.userWrite(system.mm, 0, 0x79);
    const page = system.page();
    getPage(page);
    const seen = migrated(system);
    putPage(page);
    return seen;
  });
  expect(seen).toEqual([false, true, true, true, 4]);
});

test('a dirty page of data=journal stays', () => {
  const seen = once(
    (system) => {
      system.user.userWrite(system.mm, 0, 0x79);
      return migrated(system);
    },
    undefined,
    { data: 'journal' },
  );
  expect(seen).toEqual([false, true, true, true, 3]);
});
