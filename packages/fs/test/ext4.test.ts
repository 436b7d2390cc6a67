import { assert } from '@pagerace/explorer';
import {
  getPage,
  lockPage,
  lruAddDrain,
  PageDirty,
  PagePrivate,
  pageCount,
  putPage,
  setPageDirty,
  setPageDirtyLock,
  unlockPage,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, once, reclaim, type System } from './system.js';

const WRITTEN = 0x79;

/** What the file system knows of the page, and what the disk has. */
function state({ disk, file, page }: System): Record<string, unknown> {
  return {
    dirty: PageDirty(page()),
    private: PagePrivate(page()),
    tagged: file.isTagged(0, 'PAGECACHE_TAG_DIRTY'),
    disk: disk.contents(0, 'lo'),
  };
}

describe.each(['ordered', 'journal'] as const)('a page that is written to, data=%s', (data) => {
  // set_page_writeback() drops the tag, and a page that goes to the journal never comes there.
  const written = { dirty: false, private: true, tagged: data === 'journal' };

  test('gets buffers and is dirty, and fsync() brings it to the disk, clean and read-only', () => {
    const [before, after, writable] = once(
      (system) => {
        const { arch, file, mm, user, writeback } = system;
        user.userWrite(mm, 0, WRITTEN);
        const before = state(system);
        writeback.filemapWriteAndWaitRange(file);
        return [before, state(system), arch.pteWrite(walkToPte(mm, 0)!.ptep.read())];
      },
      undefined,
      { data },
    );
    expect(before).toEqual({ dirty: true, private: true, tagged: true, disk: '\0' });
    expect(after).toEqual({ ...written, disk: 'y' });
    expect(writable).toBe(false);
  });

  test('asks again for the next write after it was written back', () => {
    const after = once(
      (system) => {
        const { file, mm, user, writeback } = system;
        user.userWrite(mm, 0, WRITTEN);
        writeback.doWritepages(file, 'WB_SYNC_NONE');
        user.userWrite(mm, 0, 0x7a);
        const dirty = PageDirty(system.page());
        writeback.filemapWriteAndWaitRange(file);
        return [dirty, state(system)];
      },
      undefined,
      { data },
    );
    expect(after).toEqual([true, { ...written, disk: 'z' }]);
  });

  test('is kept by reclaim while it is dirty', () => {
    const kept = once(
      (system) => {
        system.user.userWrite(system.mm, 0, WRITTEN);
        reclaim(system);
        return system.file.pageAt(0) !== null;
      },
      undefined,
      { data },
    );
    expect(kept).toBe(true);
  });
});

test('reclaim frees a clean page with its buffers, and a fault reads it in again', () => {
  const [gone, byte] = once((system) => {
    const { file, mm, user, writeback } = system;
    user.userWrite(mm, 0, WRITTEN);
    writeback.filemapWriteAndWaitRange(file);
    reclaim(system);
    return [file.pageAt(0) === null, user.userRead(mm, 0)];
  });
  expect([gone, byte]).toEqual([true, WRITTEN]);
});

describe('a page that somebody refers to', () => {
  /** The page is written back, and reclaim takes its buffers; it stays, as there is a reference. */
  function withoutBuffers(system: System): void {
    const { file, mm, user, writeback } = system;
    user.userWrite(mm, 0, WRITTEN);
    getPage(system.page());
    writeback.filemapWriteAndWaitRange(file);
    reclaim(system);
  }

  test('loses its buffers to reclaim, and stays', () => {
    const after = once((system) => {
      withoutBuffers(system);
      const found = [state(system), pageCount(system.page())];
      putPage(system.page());
      return found;
    });
    expect(after).toEqual([{ dirty: false, private: false, tagged: false, disk: 'y' }, 2]);
  });

  test('is a BUG() when it becomes dirty after that, and is written', () => {
    const { verdict, violations } = explored((system) => {
      const { file, machine, writeback } = system;
      machine.boot(() => {
        withoutBuffers(system);
        setPageDirtyLock(system.page());
        putPage(system.page());
      });
      machine.cpu(0).run('flusher', () => writeback.doWritepages(file, 'WB_SYNC_NONE'));
      return undefined;
    });
    expect(verdict).toBe('violated');
    expect(violations[0]).toMatchObject({
      property: 'BUG_ON',
      message: 'page1 is dirty, and has no buffers',
    });
  });
});

test('a page is never dirty without buffers while dirtying meets try_to_free_buffers()', () => {
  const { verdict, executions } = explored((system) => {
    const { file, machine, mm, user, writeback } = system;
    const page = machine.boot(() => {
      user.userWrite(mm, 0, WRITTEN);
      writeback.filemapWriteAndWaitRange(file);
      return system.page();
    });
    // As FOLL_TOUCH does it: with no page lock. The page is locked by whoever frees the buffers.
    machine.cpu(0).run('gup', () => setPageDirty(page));
    machine.cpu(1).run('reclaim', () => {
      lockPage(page);
      file.aOps.releasepage!(page);
      unlockPage(page);
    });
    return () => {
      assert(PageDirty(page), 'nobody has cleaned the page after it became dirty');
    };
  });
  // try_to_free_buffers() first, then dirty: a dirty page without buffers is what nobody can forbid here.
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});

describe('a disk that needs stable pages', () => {
  test('has what it needs from those who write through page tables: they wait', () => {
    const { verdict, executions } = explored(
      (system) => {
        const { file, machine, memory, mm, user, writeback } = system;
        machine.boot(() => user.userWrite(mm, 0, WRITTEN));
        machine.cpu(1).run('flusher', () => writeback.doWritepages(file, 'WB_SYNC_NONE'));
        machine.cpu(0).run('app', () => {
          const page = system.page();
          const vmf = { vma: mm.vmas[0]!, address: 0, flags: 0, origPte: memory.arch.none };
          file.vmOps.pageMkwrite!(vmf, page);
          // Locked, so that writeback begins after it or has ended before.
          page.contents.store(0, 0x7a);
          unlockPage(page);
        });
        return undefined;
      },
      { stable: true },
    );
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });

  test('notices who writes behind their back', () => {
    const { verdict, violations } = explored(
      (system) => {
        const { file, machine, mm, user, writeback } = system;
        const page = machine.boot(() => {
          user.userWrite(mm, 0, WRITTEN);
          return system.page();
        });
        machine.cpu(0).run('flusher', () => writeback.doWritepages(file, 'WB_SYNC_NONE'));
        machine.agent('device').run(() => page.contents.writeHalf('lo', 'd'));
        return undefined;
      },
      { stable: true },
    );
    expect([verdict, violations[0]?.property]).toEqual(['violated', 'I-STABLE']);
  });
});

test('a disk in memory has written when the write is submitted', () => {
  const after = once(
    (system) => {
      const { file, mm, user, writeback } = system;
      user.userWrite(mm, 0, WRITTEN);
      writeback.doWritepages(file, 'WB_SYNC_NONE');
      return state(system);
    },
    undefined,
    { synchronous: true },
  );
  expect(after).toEqual({ dirty: false, private: true, tagged: false, disk: 'y' });
});

describe('data=journal, and a page that becomes dirty through a reference', () => {
  const synced = (unlocksPage: boolean, holdsBuffers: boolean) =>
    explored(
      (system) => {
        const { file, machine, memory, mm, user, vmscan, writeback } = system;
        machine.boot(() => {
          user.userWrite(mm, 0, WRITTEN);
          writeback.filemapWriteAndWaitRange(file);
          lruAddDrain(memory);
          vmscan.shrinkInactiveList('inactive_file');
          setPageDirtyLock(system.page());
        });
        machine.cpu(0).run('fsync', () => writeback.filemapWriteAndWaitRange(file));
        machine.cpu(1).run('reclaim', () => vmscan.shrinkInactiveList('inactive_file'));
        return undefined;
      },
      { data: 'journal', journalled: { unlocksPage, holdsBuffers } },
    );

  test.each([
    ['unlocked, and its buffers held', true, true],
    ['locked', false, false],
  ])('keeps its buffers until it is in a transaction: %s', (_, unlocksPage, holdsBuffers) => {
    const { verdict, executions } = synced(unlocksPage, holdsBuffers);
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });

  test('loses them to reclaim where it is unlocked, and nobody holds them', () => {
    expect(synced(true, false).violations.map(({ property }) => property)).toEqual(['BUG_ON']);
  });
});

test('data=journal keeps the buffers of a page while a commit writes it', () => {
  const { verdict, executions } = explored(
    (system) => {
      const { file, machine, memory, mm, user, vmscan, writeback } = system;
      machine.boot(() => {
        user.userWrite(mm, 0, WRITTEN);
        lruAddDrain(memory);
        vmscan.shrinkInactiveList('inactive_file');
      });
      machine.cpu(0).run('flusher', () => writeback.doWritepages(file, 'WB_SYNC_NONE'));
      machine.cpu(1).run('reclaim', () => vmscan.shrinkInactiveList('inactive_file'));
      return undefined;
    },
    { data: 'journal' },
  );
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});
