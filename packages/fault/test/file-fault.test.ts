import { assert } from '@pagerace/explorer';
import {
  auditReferences,
  AddressSpace,
  lruAddDrain,
  type FileSystem,
  lockPage,
  lruCacheAdd,
  type Page,
  PageAnon,
  pageCount,
  PageDirty,
  PageLocked,
  pageMapcount,
  pageRefAdd,
  pteAlloc,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type VmOperations,
  walkToPmd,
  walkToPte,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE | VM_SHARED;

/** A file of two pages in the page cache, small or one huge one, that is mapped at 0. */
function mappedFile(
  { memory, mm }: System,
  huge: boolean,
  flags = vmFlags,
  fs: FileSystem = shmem,
): readonly Page[] {
  const file = new AddressSpace(memory, 'file', 2, fs);
  mm.mmap({ start: 0, pages: 2, vmFlags: flags, file });
  const heads = huge
    ? [memory.allocator.allocHugePage()]
    : [memory.allocator.allocZeroedPage(), memory.allocator.allocZeroedPage()];
  for (const [index, head] of heads.entries()) {
    head.mapping.write(file);
    head.index.write(index);
    lruCacheAdd(head);
  }
  if (huge) pageRefAdd(heads[0]!, 1);
  const pages = heads.flatMap((head) => memory.subpages(head));
  for (const [index, page] of pages.entries()) {
    page.contents.fill(String(index));
    file.store(index, page);
  }
  lruAddDrain(memory);
  return pages;
}

/** What is mapped at 0, and how, once somebody has read or written there. */
function faulted(huge: boolean, access: (system: System) => unknown): readonly unknown[] {
  return once((system) => {
    const { arch, memory, mm } = system;
    const pages = mappedFile(system, huge);
    const value = access(system);
    const above = walkToPmd(mm, 0)!;
    const isHuge = arch.pmdTransHuge(above.pmd);
    const pte = isHuge ? arch.pmdPte(above.pmd) : walkToPte(mm, 0)!.ptep.read();
    const head = pages[0]!.head;
    auditReferences(memory);
    return [
      value,
      isHuge,
      arch.ptePfn(pte) === pages[0]!.pfn,
      arch.pteWrite(pte),
      arch.pteDirty(pte),
      pageCount(head),
      pageMapcount(pages[0]!),
      PageLocked(head),
    ];
  });
}

describe('a fault in a shared mapping of a file', () => {
  test('maps the page of the page cache, dirty only if it is written to', () => {
    const read = faulted(false, ({ user, mm }) => user.userRead(mm, 0));
    expect(read).toEqual([0x30, false, true, true, false, 2, 1, false]);
    const written = faulted(false, ({ user, mm }) => user.userWrite(mm, 0, 7));
    expect(written).toEqual([undefined, false, true, true, true, 2, 1, false]);
  });

  test('maps a huge page as one where there is no page table, and by its pages where there is one', () => {
    const first = faulted(true, ({ user, mm }) => user.userRead(mm, 0x10));
    expect(first).toEqual([0x31, true, true, true, false, 3, 1, false]);
    const second = faulted(true, ({ user, mm }) => {
      pteAlloc(mm, 0);
      return user.userRead(mm, 0);
    });
    expect(second).toEqual([0x30, false, true, true, false, 3, 1, false]);
  });

  test.each([
    ['a page', false, 2],
    ['a huge page', true, 3],
  ])('maps %s once, though two come for it', (_, huge, references) => {
    const { verdict, error, executions } = explored((system) => {
      const { machine, memory, mm, user } = system;
      const pages = machine.boot(() => {
        const mapped = mappedFile(system, huge);
        if (!huge) pteAlloc(mm, 0);
        return mapped;
      });
      for (const [nth, cpu] of [0, 1].entries()) {
        machine.cpu(cpu).run(`T${String(nth)}`, () => user.userRead(mm, 0));
      }
      return () => {
        assert(
          pageCount(pages[0]!.head) === references,
          'the page is mapped once, the huge one as one',
        );
        auditReferences(memory);
      };
    });
    expect([verdict, error]).toEqual(['verified', undefined]);
    expect(executions).toBeGreaterThan(1);
  });

  test('ends with SIGBUS behind the end of the file', () => {
    expect(() =>
      once((system) => {
        const { memory, mm, user } = system;
        mm.mmap({ start: 0, pages: 2, vmFlags, file: new AddressSpace(memory, 'file', 1, shmem) });
        user.userRead(mm, memory.pageSize);
      }),
    ).toThrow("the file ends before mm's 0x10");
  });
});

describe('a file system that wants to hear of writes', () => {
  /**
   * How often the file system is asked, and what is mapped before and afterwards, when a page is read and then
   * written to.
   *
   * @param refuses how often it answers that the access must fault again
   */
  function mkwritten(refuses: number): readonly unknown[] {
    return once((system) => {
      const { arch, memory, mm, user } = system;
      let asked = 0;
      const pageMkwrite: VmOperations['pageMkwrite'] = (_, page) => {
        if (asked++ < refuses) return 'VM_FAULT_NOPAGE';
        lockPage(page);
        return 'VM_FAULT_LOCKED';
      };
      const vmOps = { ...shmem.vmOps, pageMkwrite };
      const pages = mappedFile(system, false, vmFlags, { ...shmem, vmOps });
      user.userRead(mm, 0);
      const clean = walkToPte(mm, 0)!.ptep.read();
      user.userWrite(mm, 0, 7);
      const dirty = walkToPte(mm, 0)!.ptep.read();
      auditReferences(memory);
      return [
        asked,
        arch.pteWrite(clean),
        arch.pteWrite(dirty) && arch.pteDirty(dirty),
        PageDirty(pages[0]!),
        PageLocked(pages[0]!),
        pageCount(pages[0]!),
      ];
    });
  }

  test('is asked by page_mkwrite() before an entry becomes writable', () => {
    expect(mkwritten(0)).toEqual([1, false, true, true, false, 2]);
  });

  test('may ask for another fault', () => {
    expect(mkwritten(1)).toEqual([2, false, true, true, false, 2]);
  });

  test('is asked at the first write to a page that is not mapped', () => {
    const dirty = once((system) => {
      const pageMkwrite: VmOperations['pageMkwrite'] = (_, page) => {
        lockPage(page);
        return 'VM_FAULT_LOCKED';
      };
      const pages = mappedFile(system, false, vmFlags, {
        ...shmem,
        vmOps: { ...shmem.vmOps, pageMkwrite },
      });
      system.user.userWrite(system.mm, 0, 7);
      auditReferences(system.memory);
      return [PageDirty(pages[0]!), PageLocked(pages[0]!)];
    });
    expect(dirty).toEqual([true, false]);
  });
});

describe('a fault in a private mapping of a file', () => {
  const privately = VM_READ | VM_WRITE;

  /** Whether page 0 of the mapping is the file's, and anonymous, writable; what the file and the mapping have. */
  function seen(access: (system: System) => unknown): readonly unknown[] {
    return once((system) => {
      const { arch, memory, mm, user } = system;
      const pages = mappedFile(system, false, privately);
      access(system);
      const pte = walkToPte(mm, 0)!.ptep.read();
      const page = memory.pageAt(arch.ptePfn(pte));
      auditReferences(memory);
      return [
        page === pages[0],
        PageAnon(page),
        arch.pteWrite(pte),
        pages[0]!.contents.load(0),
        user.userRead(mm, 0),
      ];
    });
  }

  test('maps the file’s page to read, and a copy of it to write', () => {
    expect(seen(({ user, mm }) => user.userRead(mm, 0))).toEqual([true, false, false, 0x30, 0x30]);
    expect(seen(({ user, mm }) => user.userWrite(mm, 0, 7))).toEqual([false, true, true, 0x30, 7]);
  });

  test('copies a page that was read before, once', () => {
    const after = seen(({ user, mm }) => {
      user.userRead(mm, 0);
      user.userWrite(mm, 0, 7);
      user.userWrite(mm, 0, 8);
    });
    expect(after).toEqual([false, true, true, 0x30, 8]);
  });
});
