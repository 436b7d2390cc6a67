import type { Wiring } from '@pagerace/di';
import { atomicInc, downRead, upRead } from '@pagerace/machine';
import {
  AddressSpace,
  findLockPage,
  getPage,
  lruAddDrain,
  lruCacheAdd,
  type Page,
  PageLocked,
  pageCount,
  pageMapcount,
  pteAlloc,
  putPage,
  SetPageSwapBacked,
  unlockPage,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPmd,
  withPteLocked,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { expect, test } from 'vitest';
import { RETRACT_RULE, RetractByRcu } from '../src/index.js';
import { explored, once, type System } from './system.js';

const START = 0x80;

/** A file of two pages, mapped by the process. */
function mappedFile({ arch, memory, mm }: System): { file: AddressSpace; pages: readonly Page[] } {
  const file = new AddressSpace(memory, 'file', 2, shmem);
  const vmFlags = VM_READ | VM_WRITE | VM_SHARED;
  const vma = mm.mmap({ start: START, pages: 2, vmFlags, file });
  const pages = [0, 1].map((index) => {
    const page = memory.allocator.allocZeroedPage();
    page.contents.fill(String(index));
    page.mapping.write(file);
    page.index.write(index);
    file.store(index, page);
    SetPageSwapBacked(page);
    lruCacheAdd(page);
    const address = START + index * memory.pageSize;
    pteAlloc(mm, address);
    getPage(page);
    atomicInc(page._mapcount);
    withPteLocked(mm, address, (ptep) => {
      arch.setPteAt(mm, address, ptep, arch.mkPte(page, vma.vmPageProt));
    });
    return page;
  });
  lruAddDrain(memory);
  return { file, pages };
}

test('puts a huge page into the page cache, unmaps and frees what was there, and the page table', () => {
  const seen = once((system) => {
    const { file, pages } = mappedFile(system);
    const result = system.khugepaged.collapseFile(file, 0);
    const [first, second] = file.pages;
    lruAddDrain(system.memory);
    return [
      result,
      first?.name,
      second?.name,
      second?.contents.readHalf('lo'),
      pages.map((page) => [pageCount(page), pageMapcount(page)]),
      PageLocked(first!),
      system.arch.pmdNone(walkToPmd(system.mm, START)!.pmd),
    ];
  });
  expect(seen).toEqual([
    'SCAN_SUCCEED',
    'huge16',
    'huge16[1]',
    '1',
    [
      [0, 0],
      [0, 0],
    ],
    false,
    true,
  ]);
});

test('gives up on a page that somebody refers to, and puts back what it has replaced', () => {
  const seen = once((system) => {
    const { file, pages } = mappedFile(system);
    getPage(pages[1]!);
    const result = system.khugepaged.collapseFile(file, 0);
    putPage(pages[1]!);
    lruAddDrain(system.memory);
    const back = pages.every((page, index) => file.pageAt(index) === page && !PageLocked(page));
    // What was unmapped stays so: who needs it faults it in again.
    return [result, back, pages.map((page) => [pageCount(page), pageMapcount(page)])];
  });
  expect(seen).toEqual([
    'SCAN_PAGE_COUNT',
    true,
    [
      [1, 0],
      [1, 0],
    ],
  ]);
});

test('lets nobody who waited for the huge page take it for that of the file after it gave up', () => {
  const found = new Set<boolean>();
  const { verdict } = explored((system) => {
    const { khugepaged, machine } = system;
    const { file, pages } = machine.boot(() => {
      const mapped = mappedFile(system);
      getPage(mapped.pages[1]!);
      return mapped;
    });
    machine.cpu(0).run('finder', () => {
      const page = findLockPage(file, 0)!;
      unlockPage(page.head);
      putPage(page);
      return page === pages[0];
    });
    machine.cpu(1).run('khugepaged', () => khugepaged.collapseFile(file, 0));
    return ({ finder }) => void found.add(finder as boolean);
  });
  expect(verdict).toBe('verified');
  expect([...found]).toEqual([true]);
});

test('leaves a private mapping its page table', () => {
  const kept = once((system) => {
    const { arch, khugepaged, mm } = system;
    const { file } = mappedFile(system);
    const start = START + 0x40;
    mm.mmap({ start, pages: 2, vmFlags: VM_READ | VM_WRITE, file });
    pteAlloc(mm, start);
    const result = khugepaged.collapseFile(file, 0);
    lruAddDrain(system.memory);
    return [result, arch.pmdPresent(walkToPmd(mm, start)!.pmd)];
  });
  expect(kept).toEqual(['SCAN_SUCCEED', true]);
});

test.each<[string, boolean, ((wiring: Wiring) => void) | undefined]>([
  ['not to v6.5', false, undefined],
  ['since v6.6', true, (wiring) => void wiring.override(RETRACT_RULE, RetractByRcu)],
])('takes the page table out under a walk of the reverse mapping: %s', (_, expected, rewire) => {
  let isTakenOut = false;
  const { verdict } = explored((system) => {
    const { arch, khugepaged, machine, mm } = system;
    const { file } = machine.boot(() => mappedFile(system));
    const isThere = (): boolean => arch.pmdPresent(walkToPmd(mm, START)!.pmd);
    machine.cpu(0).run('walk', () => {
      downRead(file.iMmapRwsem);
      const went = isThere() && !isThere();
      upRead(file.iMmapRwsem);
      return went;
    });
    machine.cpu(1).run('khugepaged', () => khugepaged.collapseFile(file, 0));
    return ({ walk }) => {
      isTakenOut ||= walk as boolean;
    };
  }, rewire);
  expect([verdict, isTakenOut]).toEqual(['verified', expected]);
});
