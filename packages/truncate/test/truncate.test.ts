import { assert } from '@pagerace/explorer';
import {
  AddressSpace,
  endPageWriteback,
  FAULT_FLAG_WRITE,
  getPage,
  lruAddDrain,
  mappedPage,
  Mm,
  type Page,
  pageCount,
  PageDirty,
  PagePrivate,
  putPage,
  setPageDirty,
  setPageDirtyLock,
  setPageWriteback,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

const WRITTEN = 0x79;

/** Writes to the first page, whose reference the LRU's batch gives back. */
function write({ memory, mm, user }: System, address = 0): void {
  user.userWrite(mm, address, WRITTEN);
  lruAddDrain(memory);
}

/** What is known of a page. */
function state(page: Page): Record<string, unknown> {
  return {
    references: pageCount(page),
    mapping: page.mapping.read(),
    dirty: PageDirty(page),
    private: PagePrivate(page),
  };
}

describe.each(['ordered', 'journal'] as const)('ftruncate() to no length, data=%s', (data) => {
  test('unmaps a dirty page, drops its buffers, and takes it out of the file', () => {
    const [mapped, page, tagged] = once(
      (system) => {
        const { file, mm, truncate } = system;
        write(system);
        const page = system.page();
        getPage(page);
        truncate.doTruncate(file, 0);
        const found = state(page);
        putPage(page);
        return [mappedPage(mm, 0), found, file.isTagged(0, 'PAGECACHE_TAG_DIRTY')];
      },
      undefined,
      { data },
    );
    expect(mapped).toBeUndefined();
    expect(page).toEqual({ references: 1, mapping: null, dirty: false, private: false });
    expect(tagged).toBe(false);
  });

  test('leaves zeros where the file is extended again', () => {
    const [before, after] = once(
      (system) => {
        const { disk, file, mm, truncate, user, writeback } = system;
        write(system);
        writeback.filemapWriteAndWaitRange(file);
        const before = disk.contents(0, 'lo');
        truncate.doTruncate(file, 0);
        truncate.doTruncate(file, 2);
        return [before, user.userRead(mm, 0)];
      },
      undefined,
      { data },
    );
    expect([before, after]).toEqual(['y', 0]);
  });
});

test('a page of tmpfs is not dirty any more when it has left its file', () => {
  const dirty = once(({ machine, memory, truncate, user }) => {
    const file = new AddressSpace(memory, 'tmp', 1, shmem);
    const mm = new Mm(memory, 'other', [machine.cpu(0)]);
    mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
    user.userWrite(mm, 0, WRITTEN);
    lruAddDrain(memory);
    const page = file.pageAt(0)!;
    getPage(page);
    const before = PageDirty(page);
    truncate.doTruncate(file, 0);
    const after = PageDirty(page);
    putPage(page);
    return [before, after];
  });
  expect(dirty).toEqual([true, false]);
});

test('ftruncate() leaves what is before the new end', () => {
  const [first, second] = once((system) => {
    write(system);
    write(system, system.memory.pageSize);
    system.truncate.doTruncate(system.file, 1);
    return [system.file.pageAt(0), system.file.pageAt(1)];
  });
  expect([first === null, second]).toEqual([false, null]);
});

test('a fault behind the new end finds no page', () => {
  const found = once((system) => {
    const { file, memory, mm, truncate } = system;
    write(system);
    truncate.doTruncate(file, 0);
    const vmf = { vma: mm.vmas[0]!, address: 0, flags: 0, origPte: memory.arch.none };
    return file.vmOps.fault(vmf);
  });
  expect(found).toBe('VM_FAULT_SIGBUS');
});

test('a file has no room behind its greatest length', () => {
  expect(() => once(({ file, truncate }) => truncate.doTruncate(file, 3))).toThrow(
    'file has room for 2 pages',
  );
});

describe('the copy that a private mapping has made', () => {
  test.each([
    ['goes with the end of the file', 'doTruncate', false],
    ['stays when a hole is punched', 'vfsFallocate', true],
  ] as const)('%s', (_, how, stays) => {
    const found = once(
      (system) => {
        const { file, mm, truncate } = system;
        write(system);
        const copy = mappedPage(mm, 0);
        if (how === 'doTruncate') truncate.doTruncate(file, 0);
        else truncate.vfsFallocate(file, 0, 1);
        return [copy !== undefined, mappedPage(mm, 0) === copy, file.pageAt(0)];
      },
      undefined,
      { isPrivate: true },
    );
    expect(found).toEqual([true, stays, null]);
  });
});

test('a page is waited for while it is written', () => {
  const { verdict, executions } = explored((system) => {
    const { file, machine, truncate } = system;
    const page = machine.boot(() => {
      write(system);
      setPageWriteback(system.page());
      return system.page();
    });
    machine.cpu(0).run('interrupt', () => endPageWriteback(page));
    machine.cpu(1).run('ftruncate', () => truncate.doTruncate(file, 0));
    return () => {
      assert(file.pageAt(0) === null, 'the page is in the file still');
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});

// A read asks the file system for nothing, and so does not wait for invalidate_lock: it may map the page once more.
test.each([
  ['write', FAULT_FLAG_WRITE],
  ['read', 0],
])('a %s comes before the truncation, or finds no page, or a new one', (_, flags) => {
  const { verdict, executions } = explored((system) => {
    const { faultHandler, file, machine, mm, truncate } = system;
    machine.boot(() => write(system));
    machine.cpu(0).run('app', () => faultHandler.handleMmFault(mm.vmas[0]!, 0, flags));
    machine.cpu(1).run('fallocate', () => truncate.vfsFallocate(file, 0, 1));
    return () => {
      const mapped = mappedPage(mm, 0);
      assert(mapped === undefined || mapped === file.pageAt(0), 'another page is mapped');
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});

describe('a page that somebody refers to', () => {
  test('leaves the file all the same, and is freed when the reference is given back', () => {
    const { verdict } = explored((system) => {
      const { file, machine, truncate } = system;
      const page = machine.boot(() => {
        write(system);
        getPage(system.page());
        return system.page();
      });
      machine.cpu(0).run('user', () => {
        setPageDirtyLock(page);
        putPage(page);
      });
      machine.cpu(1).run('ftruncate', () => truncate.doTruncate(file, 0));
      return undefined;
    });
    expect(verdict).toBe('verified');
  });
});

/** A page whose user makes it dirty while ftruncate() runs. */
function dirtying(how: (page: Page) => boolean): Parameters<typeof explored>[0] {
  return (system) => {
    const { file, machine, truncate, writeback } = system;
    const page = machine.boot(() => {
      write(system);
      getPage(system.page());
      // Twice: with data=journal a page is not clean before its transaction is committed.
      writeback.filemapWriteAndWaitRange(file);
      writeback.filemapWriteAndWaitRange(file);
      return system.page();
    });
    machine.cpu(0).run('user', () => {
      how(page);
      putPage(page);
    });
    machine.cpu(1).run('ftruncate', () => truncate.doTruncate(file, 0));
    return undefined;
  };
}

describe('set_page_dirty() without the page lock', () => {
  test('is a BUG() where there are no buffers, to v5.13', () => {
    const { verdict, violations } = explored(dirtying(setPageDirty), { data: 'journal' });
    expect(verdict).toBe('violated');
    expect(violations[0]).toMatchObject({
      property: 'BUG_ON',
      message: 'page1 has left file while it was made dirty',
    });
  });

  test('leaves dirty buffers on a page without a file, which nobody writes or frees', () => {
    const { verdict, violations } = explored(dirtying(setPageDirty));
    expect(verdict).toBe('violated');
    expect(violations[0]).toMatchObject({ property: 'leak' });
  });

  test.each(['ordered', 'journal'] as const)('is right with it, data=%s', (data) => {
    expect(explored(dirtying(setPageDirtyLock), { data }).verdict).toBe('verified');
  });
});
