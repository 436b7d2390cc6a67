import { assert } from '@pagerace/explorer';
import {
  auditReferences,
  FileMapping,
  lruAddDrain,
  lruCacheAdd,
  type Page,
  pageCount,
  PageLocked,
  pageMapcount,
  pageRefAdd,
  pteAlloc,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPmd,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE | VM_SHARED;

/** A file of two pages in the page cache, small or one huge one, that is mapped at 0. */
function mappedFile({ memory, mm }: System, huge: boolean, flags = vmFlags): readonly Page[] {
  const file = new FileMapping(memory, 'file', 2);
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

  test('is refused where the model has nothing for it', () => {
    const privately = VM_READ | VM_WRITE;
    expect(() =>
      once((system) => {
        mappedFile(system, false, privately);
        return system.user.userRead(system.mm, 0);
      }),
    ).toThrow('private mappings of files are not modelled');
    expect(() =>
      once((system) => {
        mappedFile(system, false);
        system.memory.files[0]!.store(0, null);
        return system.user.userRead(system.mm, 0);
      }),
    ).toThrow('reading a page in from a file is not modelled');
  });
});
