import { assert } from '@pagerace/explorer';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  auditReferences,
  MEMORY,
  Mm,
  pageCount,
  PageDirty,
  PageLocked,
  PageSwapBacked,
  PageUptodate,
  putPage,
  setPageDirty,
  unlockPage,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { expect, test } from 'vitest';
import { shmem } from '../src/index.js';

const { explored, once } = exploring(sc, () => {
  const { machine, wiring } = toySystem({ pages: 2 });
  const memory = wiring.get(MEMORY);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const file = new AddressSpace(memory, 'file', 1, shmem);
  const vmFlags = VM_READ | VM_WRITE | VM_SHARED;
  const vma = mm.mmap({ start: 0, pages: 2, vmFlags, file });
  const fault = (address: number) =>
    shmem.vmOps.fault({ vma, address, flags: 0, origPte: wiring.get(MEMORY).arch.none });
  return { machine, memory, file, fault };
});

test('a fault finds the page of the file, or makes one of zeros', () => {
  const made = once(({ memory, fault }) => {
    const page = fault(0);
    if (typeof page === 'string') throw new Error('the file has this page');
    const state = [PageLocked(page), PageUptodate(page), PageSwapBacked(page), pageCount(page)];
    const byte = page.contents.load(3);
    unlockPage(page);
    const again = fault(0);
    unlockPage(page);
    putPage(page);
    putPage(page);
    auditReferences(memory);
    return [...state, byte, again === page];
  });
  // The references of the page cache, of the batch of the LRU and of the fault.
  expect(made).toEqual([true, true, true, 3, 0, true]);
});

test('a fault behind the end of the file is VM_FAULT_SIGBUS', () => {
  expect(once(({ memory, fault }) => fault(memory.pageSize))).toBe('VM_FAULT_SIGBUS');
});

test('no file system hears that a page becomes dirty: the bit is all', () => {
  const dirtied = once(({ memory, fault }) => {
    const page = fault(0);
    if (typeof page === 'string') throw new Error('the file has this page');
    const wasClean = [setPageDirty(page), setPageDirty(page)];
    const isDirty = PageDirty(page);
    unlockPage(page);
    putPage(page);
    auditReferences(memory);
    return [...wasClean, isDirty];
  });
  expect(dirtied).toEqual([true, false, true]);
});

test('two faults for a page that is not there give one page', () => {
  const { verdict, executions } = explored(({ machine, memory, fault }) => {
    const got: unknown[] = [];
    for (const cpu of [0, 1]) {
      machine.cpu(cpu).run(`T${String(cpu)}`, () => {
        const page = fault(0);
        if (typeof page === 'string') throw new Error('the file has this page');
        got.push(page);
        unlockPage(page);
        putPage(page);
      });
    }
    return () => {
      assert(got[0] === got[1], 'both have the same page');
      auditReferences(memory);
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});
