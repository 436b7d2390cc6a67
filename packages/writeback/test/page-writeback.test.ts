import { cowSubsystem } from '@pagerace/cow';
import { assert } from '@pagerace/explorer';
import { faultSubsystem } from '@pagerace/fault';
import { sc } from '@pagerace/memory-models';
import {
  addToPageCache,
  AddressSpace,
  auditReferences,
  endPageWriteback,
  lockPage,
  MEMORY,
  Mm,
  type Page,
  PageDirty,
  putPage,
  setPageDirtyNobuffers,
  setPageWriteback,
  SetPageUptodate,
  unlockPage,
  USER_ACCESS,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { shmem } from '@pagerace/shmem';
import { swapSubsystem } from '@pagerace/swap';
import { describe, expect, test } from 'vitest';
import { WRITEBACK, writebackSubsystem } from '../src/index.js';

/** A file of one page that is mapped, shared, at 0; what is written lands in `written`. */
const { explored, once } = exploring(sc, () => {
  const { machine, wiring } = toySystem({ pages: 3 });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  writebackSubsystem(wiring);
  const memory = wiring.get(MEMORY);
  const writeback = wiring.get(WRITEBACK);
  const file: AddressSpace = new AddressSpace(memory, 'file', 1, {
    name: 'example',
    canWriteback: true,
    vmOps: {
      fault: shmem.vmOps.fault,
      pageMkwrite: (_, page) => {
        lockPage(page);
        return 'VM_FAULT_LOCKED';
      },
    },
    aOps: {
      setPageDirty: setPageDirtyNobuffers,
      writepages: (mapping, mode) => {
        writeback.writeCachePages(mapping, mode, (page) => {
          setPageWriteback(page);
          unlockPage(page);
          machine.agent('disk').act(() => endPageWriteback(page));
        });
      },
    },
  });
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
  const cached = (): Page => {
    const page = memory.allocator.allocZeroedPage();
    lockPage(page);
    addToPageCache(page, file, 0);
    SetPageUptodate(page);
    unlockPage(page);
    putPage(page);
    return page;
  };
  return { machine, memory, mm, file, writeback, cached, user: wiring.get(USER_ACCESS) };
});

describe('clear_page_dirty_for_io()', () => {
  test('makes entries read-only and clean, and tells whether the page was dirty', () => {
    const [wasDirty, again, write, dirty] = once(({ memory, mm, user, writeback, cached }) => {
      const page = cached();
      user.userWrite(mm, 0, 7);
      lockPage(page);
      const result = [writeback.clearPageDirtyForIo(page), writeback.clearPageDirtyForIo(page)];
      unlockPage(page);
      const pte = walkToPte(mm, 0)!.ptep.read();
      auditReferences(memory);
      return [...result, memory.arch.pteWrite(pte), memory.arch.pteDirty(pte)];
    });
    expect([wasDirty, again, write, dirty]).toEqual([true, false, false, false]);
  });

  test('finds what was written through an entry while the page itself was clean', () => {
    const wasDirty = once(({ mm, user, writeback, cached }) => {
      const page = cached();
      user.userWrite(mm, 0, 7);
      page.flags.bit('dirty').write(0);
      lockPage(page);
      const result = writeback.clearPageDirtyForIo(page);
      unlockPage(page);
      return result;
    });
    expect(wasDirty).toBe(true);
  });
});

test('the flusher writes what is dirty, once, and fsync() waits until it is written', () => {
  const { verdict, executions } = explored(({ machine, mm, user, file, writeback, cached }) => {
    const page = machine.boot(() => {
      const made = cached();
      user.userWrite(mm, 0, 7);
      return made;
    });
    machine.cpu(0).run('flusher', () => writeback.doWritepages(file, 'WB_SYNC_NONE'));
    machine.cpu(1).run('fsync', () => {
      writeback.filemapWriteAndWaitRange(file);
      assert(page.flags.bit('writeback').read() === 0, 'fsync() has waited');
    });
    return () => {
      assert(!PageDirty(page), 'the page is clean');
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});
