import {
  auditReferences,
  getPage,
  lockPage,
  lruAddDrain,
  mappedPage,
  Mm,
  type Page,
  PageAnonExclusive,
  pageCount,
  PageKsm,
  pteAlloc,
  putPage,
  StableNode,
  unlockPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { once, type System } from './system.js';

interface Shared {
  readonly other: Mm;
  readonly page: Page;
}

/** A page that two processes map read-only, as if it was merged, or that is a plain one of the first. */
function shared({ arch, machine, memory, mm, rmap, user }: System): Shared {
  const other = new Mm(memory, 'other', [machine.cpu(1)]);
  for (const one of [mm, other]) one.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
  user.userWrite(mm, 0, 7);
  lruAddDrain(memory);
  const page = mappedPage(mm, 0)!;
  const { ptep } = walkToPte(mm, 0)!;
  const vma = other.findVma(0)!;
  page.flags.bit('anon_exclusive').write(0);
  ptep.write(arch.pteMkclean(arch.pteWrprotect(ptep.read())));
  getPage(page);
  pteAlloc(other, 0);
  rmap.pageAddAnonRmap(page, vma, 0, false);
  walkToPte(other, 0)!.ptep.write(arch.mkPte(page, vma.vmPageProt));
  const items = [mm, other].map((one) => ({
    mm: one,
    address: 0,
    anonVma: one.findVma(0)!.anonVma!,
  }));
  page.mapping.write(new StableNode(items));
  return { other, page };
}

/** Unmaps the page, which stays in the swap cache. */
function swapOut({ rmap, swap }: System, page: Page): void {
  swap.swapon({ pages: 2 });
  getPage(page);
  lockPage(page);
  swap.addToSwap(page);
  rmap.tryToUnmap(page, {});
  unlockPage(page);
  putPage(page);
}

test('a write to a KSM page copies it', () => {
  once((system) => {
    const { memory, mm, user } = system;
    const { other, page } = shared(system);
    user.userWrite(mm, 0, 8);
    expect([user.userRead(mm, 0), user.userRead(other, 0)]).toEqual([8, 7]);
    expect([mappedPage(other, 0), pageCount(page), PageKsm(page)]).toEqual([page, 1, true]);
    auditReferences(memory);
  });
});

test('a KSM page of the swap cache is mapped by both processes, read-only', () => {
  once((system) => {
    const { arch, memory, mm, user } = system;
    const { other, page } = shared(system);
    swapOut(system, page);
    expect([user.userRead(mm, 0), user.userRead(other, 0)]).toEqual([7, 7]);
    expect([mappedPage(mm, 0), mappedPage(other, 0)]).toEqual([page, page]);
    expect(arch.pteWrite(walkToPte(mm, 0)!.ptep.read())).toBe(false);
    expect([PageKsm(page), PageAnonExclusive(page)]).toEqual([true, false]);
    auditReferences(memory);
  });
});

test.each([false, true])(
  'a page that was a KSM page before it was read in is copied for the second process; it writes: %s',
  (writes) => {
    once((system) => {
      const { arch, memory, mm, user } = system;
      const { other, page } = shared(system);
      swapOut(system, page);
      // As it is after it was freed and read in again.
      page.mapping.write(null);
      expect(user.userRead(mm, 0)).toBe(7);
      expect(page.mapping.read()).toBe(mm.findVma(0)!.anonVma);
      if (writes) user.userWrite(other, 0, 8);
      else expect(user.userRead(other, 0)).toBe(7);
      const copy = mappedPage(other, 0)!;
      expect(copy).not.toBe(page);
      expect(copy.mapping.read()).toBe(other.findVma(0)!.anonVma);
      expect(arch.pteWrite(walkToPte(other, 0)!.ptep.read())).toBe(writes);
      expect(user.userRead(mm, 0)).toBe(7);
      auditReferences(memory);
    });
  },
);

test('a copy for the second process is given up if its entry has changed meanwhile', () => {
  once((system) => {
    const { memory, mm, user } = system;
    const { other, page } = shared(system);
    swapOut(system, page);
    page.mapping.write(null);
    user.userRead(mm, 0);
    const { ptep } = walkToPte(other, 0)!;
    const entry = ptep.read();
    // Between the lookup and pte_same(): what the fault allocates for the copy is the next free page.
    const { allocPage } = memory.allocator;
    memory.allocator.allocPage = () => {
      memory.allocator.allocPage = allocPage;
      ptep.write(system.arch.pteSwpMkexclusive(entry));
      return allocPage.call(memory.allocator);
    };
    user.userRead(other, 0);
    expect(mappedPage(other, 0)).not.toBe(page);
    auditReferences(memory);
  });
});
