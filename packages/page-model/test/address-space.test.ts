import { describe, expect, test } from 'vitest';
import {
  auditReferences,
  mmapReadLock,
  mmapReadUnlock,
  pteAlloc,
  pteOffsetMapLock,
  pteUnmapUnlock,
  swpEntry,
  swpOffset,
  swpType,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPte,
  withPteLocked,
} from '../src/index.js';
import { explored, once, violated } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

describe('a mapping', () => {
  test('knows its pages by index, and its own anon_vma if it is private', () => {
    const seen = once(({ mm }) => {
      const vma = mm.mmap({ start: 0x20, pages: 3, vmFlags });
      const shared = mm.mmap({ start: 0x80, pages: 1, vmFlags: vmFlags | VM_SHARED });
      return {
        range: [vma.start, vma.end],
        index: vma.pageIndex(0x30),
        back: vma.addressOf(vma.pageIndex(0x30)),
        outside: vma.addressOf(vma.pageIndex(0x50)),
        linked: vma.anonVma?.vmas.length,
        shared: shared.anonVma,
        found: [mm.findVma(0x4f) === vma, mm.findVma(0x50), mm.findVma(0x8f) === shared],
        name: String(vma),
      };
    });
    expect(seen).toEqual({
      range: [0x20, 0x50],
      index: 3,
      back: 0x30,
      outside: undefined,
      linked: 1,
      shared: null,
      found: [true, undefined, true],
      name: 'mm:20-50',
    });
  });
});

describe.each([2, 3])('a page table of %i levels', (levels) => {
  test('is linked in by pte_alloc(), and not before', () => {
    const seen = once(
      ({ mm }) => {
        mm.mmap({ start: 0x00, pages: 16, vmFlags });
        const before = walkToPte(mm, 0x50);
        pteAlloc(mm, 0x50);
        const ptep = walkToPte(mm, 0x50)?.ptep;
        const neighbour = walkToPte(mm, 0x60)?.ptep;
        return [before, ptep?.name, neighbour?.name, walkToPte(mm, 0x90)];
      },
      { pageTableLevels: levels },
    );
    expect(seen).toEqual([undefined, 'mm.pte(40)[1]', 'mm.pte(40)[2]', undefined]);
  });

  test('two CPUs may link in the same tables at once', () => {
    const { verdict } = explored(
      ({ machine, mm }) => {
        mm.mmap({ start: 0, pages: 2, vmFlags });
        machine.cpu(0).run('one', () => pteAlloc(mm, 0));
        machine.cpu(1).run('other', () => pteAlloc(mm, 0x10));
        return () => {
          expect(walkToPte(mm, 0)?.table).toBe(walkToPte(mm, 0x10)?.table);
        };
      },
      { pageTableLevels: levels },
    );
    expect(verdict).toBe('verified');
  });
});

test('an entry is locked by the lock of its table', () => {
  const seen = once(({ mm, arch, page }) => {
    mm.mmap({ start: 0, pages: 1, vmFlags });
    const missing = [pteOffsetMapLock(mm, 0), withPteLocked(mm, 0, () => true)];
    pteAlloc(mm, 0);
    const locked = pteOffsetMapLock(mm, 0)!;
    arch.setPteAt(mm, 0, locked.ptep, arch.mkPte(page, 1n));
    pteUnmapUnlock(locked);
    return [...missing, withPteLocked(mm, 0, (ptep) => arch.ptePfn(arch.ptepGet(ptep)))];
  });
  expect(seen).toEqual([undefined, undefined, 1]);
});

describe('user space', () => {
  test('reads zeros before it has written, and then what it wrote', () => {
    const { verdict } = explored(({ machine, mm, user, memory }) => {
      mm.mmap({ start: 0, pages: 1, vmFlags });
      machine.cpu(0).run('user', () => {
        const before = user.userRead(mm, 1);
        user.userWrite(mm, 1, 0x41);
        return [before, user.userRead(mm, 1), user.userRead(mm, 15)];
      });
      return ({ user: bytes }) => {
        expect(bytes).toEqual([0, 0x41, 0]);
        auditReferences(memory, new Map([[memory.pageAt(1), 1]]));
      };
    });
    expect(verdict).toBe('verified');
  });

  test('sets an entry young, and dirty when it writes', () => {
    const bits = once(({ mm, arch, user }) => {
      mm.mmap({ start: 0, pages: 1, vmFlags });
      user.userWrite(mm, 0, 1);
      const pte = walkToPte(mm, 0)!.ptep.read();
      return [arch.pteYoung(pte), arch.pteDirty(pte)];
    });
    expect(bits).toEqual([true, true]);
  });

  test('must not touch what is not mapped', () => {
    expect(
      violated(({ machine, mm, user }) => {
        machine.cpu(0).run('user', () => user.userRead(mm, 0x40));
        return undefined;
      }),
    ).toEqual(['SIGSEGV']);
  });

  test('takes mmap_lock to fault', () => {
    expect(
      violated(({ machine, mm, user }) => {
        mm.mmap({ start: 0, pages: 1, vmFlags });
        machine.cpu(0).run('user', () => {
          mmapReadLock(mm);
          user.userRead(mm, 0);
          mmapReadUnlock(mm);
        });
        return undefined;
      }),
    ).toEqual(['lock-recursion']);
  });
});

test('a swap entry is a device and a slot', () => {
  const entry = swpEntry(31, 2 ** 45 - 1);
  expect([swpType(entry), swpOffset(entry)]).toEqual([31, 2 ** 45 - 1]);
  expect(swpEntry(0, 1)).not.toBe(swpEntry(1, 0));
});
