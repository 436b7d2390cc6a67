import {
  GUP_PIN_COUNTING_BIAS,
  type Page,
  PageDirty,
  pageRefAdd,
  unpinUserPage,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import type { WritebackOfPinned } from '../src/index.js';
import {
  BouncePinned,
  BouncePinnedEarly,
  KeepPinnedDirty,
  SkipPinned,
  WritePinned,
} from '../src/writeback-of-pinned.js';
import { explored, once, type System } from './system.js';

/** A page that is dirty, and that a device has pinned. */
function pinnedPage(system: System): Page {
  system.user.userWrite(system.mm, 0, 0x79);
  const page = system.page();
  pageRefAdd(page, GUP_PIN_COUNTING_BIAS);
  return page;
}

/** What the flusher makes of it: whether it is dirty still, and what the disk has. */
function written(pinned: WritebackOfPinned, mode: 'WB_SYNC_NONE' | 'WB_SYNC_ALL'): unknown {
  return once(
    (system) => {
      const page = pinnedPage(system);
      system.writeback.doWritepages(system.file, mode);
      const result = [PageDirty(page), system.disk.contents(0, 'lo')];
      unpinUserPage(page);
      return result;
    },
    undefined,
    { pinned },
  );
}

describe('writeback of a page that is pinned', () => {
  test.each([
    ['writes it, and it is clean', new WritePinned(), 'WB_SYNC_NONE', [false, 'y']],
    ['writes a copy, and it is clean', new BouncePinned(), 'WB_SYNC_NONE', [false, 'y']],
    ['leaves it dirty', new SkipPinned(), 'WB_SYNC_NONE', [true, '\0']],
    ['writes it for integrity', new SkipPinned(), 'WB_SYNC_ALL', [false, 'y']],
    ['writes it, and it stays dirty', new KeepPinnedDirty(), 'WB_SYNC_NONE', [true, 'y']],
  ] as const)('%s: %o', (_, pinned, mode, expected) => {
    expect(written(pinned, mode)).toEqual(expected);
  });

  test.each<[string, WritebackOfPinned, string]>([
    ['does not hold still for the disk', new WritePinned(), 'violated'],
    ['does, by a copy', new BouncePinned(), 'verified'],
    ['does, by an early copy', new BouncePinnedEarly(), 'verified'],
  ])('%s', (_, pinned, verdict) => {
    const result = explored(
      (system) => {
        const { file, machine, writeback } = system;
        const page = machine.boot(() => pinnedPage(system));
        machine.cpu(0).run('flusher', () => writeback.doWritepages(file, 'WB_SYNC_NONE'));
        machine.agent('device').run(() => {
          page.contents.writeHalf('lo', 'd');
          unpinUserPage(page);
        });
        return undefined;
      },
      { stable: true, pinned },
    );
    expect(result.verdict).toBe(verdict);
  });
});
