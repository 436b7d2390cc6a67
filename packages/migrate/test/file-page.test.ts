import { assert } from '@pagerace/explorer';
import {
  addToPageCache,
  AddressSpace,
  type FileSystem,
  findLockPage,
  getPage,
  lockPage,
  lruAddDrain,
  lruCacheAdd,
  mappedPage,
  type Page,
  pageCount,
  PageDirty,
  pteAlloc,
  putPage,
  SetPageDirty,
  setPageDirtyNoWriteback,
  SetPageUptodate,
  unlockPage,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { migrateFilePage } from '../src/index.js';
import { explored, once, type System } from './system.js';

/** Of which every page is in the page cache. */
function fileSystem(aOps: Partial<FileSystem['aOps']>): FileSystem {
  return {
    name: 'cached',
    aOps: { setPageDirty: setPageDirtyNoWriteback, ...aOps },
    vmOps: { fault: () => 'VM_FAULT_SIGBUS' },
  };
}

const withMigratepage = fileSystem({ migratepage: migrateFilePage });

interface MappedFile {
  readonly file: AddressSpace;
  readonly page: Page;
}

/** Maps the page of a file, shared and writable; it holds 7 and is dirty unless said. */
function map(
  { memory, arch, rmap, mm }: System,
  fs = withMigratepage,
  { dirty = true } = {},
): MappedFile {
  const file = new AddressSpace(memory, 'file', 1, fs);
  const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
  const page = memory.allocator.allocZeroedPage();
  page.contents.fill('\x07');
  lockPage(page);
  SetPageUptodate(page);
  addToPageCache(page, file, 0);
  lruCacheAdd(page);
  if (dirty) SetPageDirty(page);
  unlockPage(page);
  pteAlloc(mm, 0);
  rmap.pageAddFileRmap(page, false);
  const pte = arch.pteMkyoung(arch.pteMkwrite(arch.mkPte(page, vma.vmPageProt)));
  arch.setPteAt(mm, 0, walkToPte(mm, 0)!.ptep, pte);
  lruAddDrain(memory);
  return { file, page };
}

describe('a page of a file', () => {
  test('is replaced in the page cache and where it is mapped, by one that is dirty as it was', () => {
    const seen = once((system) => {
      const { arch, memory, migrate, mm } = system;
      const { file, page } = map(system);
      const migrated = migrate.doMigrateRange(page);
      lruAddDrain(memory);
      const copy = file.pageAt(0)!;
      return {
        migrated,
        isOther: copy !== page,
        isMapped: mappedPage(mm, 0) === copy,
        writable: arch.pteWrite(walkToPte(mm, 0)!.ptep.read()),
        contents: copy.contents.readHalf('lo'),
        mappings: [copy.mapping.read(), page.mapping.read()],
        dirty: [PageDirty(copy), PageDirty(page)],
        references: [pageCount(copy), pageCount(page)],
      };
    });
    expect(seen).toMatchObject({
      migrated: true,
      isOther: true,
      isMapped: true,
      writable: true,
      contents: '\x07',
      mappings: [{ name: 'file' }, null],
      dirty: [true, false],
      references: [2, 0],
    });
  });

  test('stays, dirty and mapped, while somebody refers to it', () => {
    const seen = once((system) => {
      const { arch, memory, migrate, mm } = system;
      const { file, page } = map(system);
      getPage(page);
      const migrated = migrate.doMigrateRange(page);
      lruAddDrain(memory);
      putPage(page);
      const isWritable = arch.pteWrite(walkToPte(mm, 0)!.ptep.read());
      return [migrated, file.pageAt(0) === page, mappedPage(mm, 0) === page, isWritable];
    });
    expect(seen).toEqual([false, true, true, true]);
  });

  test.each([
    ['stays while it is dirty', true],
    ['moves while it is clean', false],
  ])('without migratepage() %s', (_, dirty) => {
    const seen = once((system) => {
      const { page } = map(system, fileSystem({}), { dirty });
      return system.migrate.doMigrateRange(page);
    });
    expect(seen).toBe(!dirty);
  });
});

test('whoever finds the page while it moves gets the old one, which stays, or the new one', () => {
  const { verdict, executions } = explored((system) => {
    const { machine, memory, migrate } = system;
    const { file, page } = machine.boot(() => map(system));
    machine.cpu(0).run('migration', () => {
      migrate.doMigrateRange(page);
      lruAddDrain(memory);
    });
    machine.cpu(1).run('lookup', () => {
      const found = findLockPage(file, 0)!;
      assert(found.contents.readHalf('lo') === '\x07', 'the page is not that of the file');
      unlockPage(found);
      putPage(found);
    });
    return () => {
      assert(file.pageAt(0)!.contents.readHalf('lo') === '\x07', 'the file has another page');
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});
