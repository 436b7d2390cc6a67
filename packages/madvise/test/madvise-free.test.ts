import { assert } from '@pagerace/explorer';
import {
  auditReferences,
  getPage,
  lockPage,
  lruAddDrain,
  type Page,
  pageCount,
  PageDirty,
  PageSwapBacked,
  pteOffsetMapLock,
  pteUnmapUnlock,
  setPageDirty,
  unlockPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

const pageAt = ({ memory, arch, mm }: System, address: number): Page =>
  memory.pageAt(arch.ptePfn(walkToPte(mm, address)!.ptep.read()));

/** A page that was written to, on its LRU list. */
function writtenPage(system: System): Page {
  const { mm, user, memory } = system;
  mm.mmap({ start: 0, pages: 2, vmFlags });
  user.userWrite(mm, 0, 7);
  lruAddDrain(memory);
  return pageAt(system, 0);
}

describe('MADV_FREE', () => {
  test('makes the entry old and clean, and leaves it writable', () => {
    const seen = once((system) => {
      writtenPage(system);
      const { arch, madvise, mm } = system;
      madvise.madviseFree(mm, 0, 2);
      const pte = walkToPte(mm, 0)!.ptep.read();
      return [arch.pteYoung(pte), arch.pteDirty(pte), arch.pteWrite(pte)];
    });
    expect(seen).toEqual([false, false, true]);
  });

  test('tells the notifiers of the range, before and after', () => {
    const seen = once((system) => {
      writtenPage(system);
      const { arch, madvise, mm } = system;
      const told = notified(mm, () => arch.pteDirty(walkToPte(mm, 0)!.ptep.read()));
      madvise.madviseFree(mm, 0, 2);
      return told;
    });
    expect(seen).toEqual([
      ['start', 0, 0x20, true],
      ['end', 0, 0x20, false],
    ]);
  });

  // madvise_free_pte_range(), mm/madvise.c, v4.13 (3ea277194daa): a CPU may still store through an entry that
  // reclaim has cleared.
  test('flushes what reclaim has deferred before it looks at an entry', () => {
    const seen = once((system) => {
      writtenPage(system);
      const { arch, madvise, mm, rmap } = system;
      const events: string[] = [];
      const flushTlbBatchedPending = rmap.flushTlbBatchedPending.bind(rmap);
      rmap.flushTlbBatchedPending = (of) => {
        events.push(`flushes ${of.name}`);
        flushTlbBatchedPending(of);
      };
      const ptepGet = arch.ptepGet.bind(arch);
      const { ptep } = walkToPte(mm, 0)!;
      arch.ptepGet = (one) => {
        if (one === ptep) events.push('looks');
        return ptepGet(one);
      };
      madvise.madviseFree(mm, 0, 1);
      return events;
    });
    expect(seen).toEqual(['flushes mm', 'looks']);
  });

  test('makes the page lazyfree when its batch is drained, and not before', () => {
    const seen = once((system) => {
      const page = writtenPage(system);
      const { madvise, mm, memory } = system;
      madvise.madviseFree(mm, 0, 1);
      const before = [PageSwapBacked(page), pageCount(page)];
      lruAddDrain(memory);
      return [
        before,
        [PageSwapBacked(page), pageCount(page)],
        memory.lruvec.pages('inactive_file').length,
      ];
    });
    expect(seen).toEqual([[true, 2], [false, 1], 1]);
  });

  test('is cancelled by a store', () => {
    const seen = once((system) => {
      writtenPage(system);
      const { arch, madvise, mm, user } = system;
      madvise.madviseFree(mm, 0, 1);
      user.userWrite(mm, 0, 8);
      return arch.pteDirty(walkToPte(mm, 0)!.ptep.read());
    });
    expect(seen).toBe(true);
  });

  test('cleans the page itself if it is dirty and mapped once', () => {
    const seen = once((system) => {
      const page = writtenPage(system);
      setPageDirty(page);
      system.madvise.madviseFree(system.mm, 0, 1);
      return PageDirty(page);
    });
    expect(seen).toBe(false);
  });

  test.each([
    ['mapped twice', (page: Page) => page._mapcount.fetchAdd(1)],
    ['locked', lockPage],
  ])('skips a dirty page that is %s', (_, prepare) => {
    const seen = once((system) => {
      const page = writtenPage(system);
      setPageDirty(page);
      prepare(page);
      system.madvise.madviseFree(system.mm, 0, 1);
      return [PageDirty(page), system.arch.pteDirty(walkToPte(system.mm, 0)!.ptep.read())];
    });
    expect(seen).toEqual([true, true]);
  });

  test('skips the zero page and what is absent', () => {
    const seen = once((system) => {
      const { arch, madvise, mm, user } = system;
      mm.mmap({ start: 0, pages: 2, vmFlags });
      user.userRead(mm, 0);
      madvise.madviseFree(mm, 0, 2);
      return [arch.pteSpecial(walkToPte(mm, 0)!.ptep.read()), walkToPte(mm, 0x10)!.ptep.read()];
    });
    expect(seen).toEqual([true, 0n]);
  });

  test('drops a swapped page at once', () => {
    const seen = once((system) => {
      const { arch, madvise, mm, rmap, swap, user } = system;
      swap.swapon({ pages: 1 });
      const page = writtenPage(system);
      getPage(page);
      lockPage(page);
      swap.addToSwap(page);
      rmap.tryToUnmap(page, {});
      unlockPage(page);
      const swapped = arch.isSwapPte(walkToPte(mm, 0)!.ptep.read());
      madvise.madviseFree(mm, 0, 1);
      return [swapped, swap.pageSwapcount(page), user.userRead(mm, 0)];
    });
    expect(seen).toEqual([true, 0, 0]);
  });

  test('takes the page of a swapped entry out of the swap cache, if that was the last entry', () => {
    const seen = once((system) => {
      const { madvise, mm, rmap, swap } = system;
      swap.swapon({ pages: 1 });
      const page = writtenPage(system);
      getPage(page);
      lockPage(page);
      swap.addToSwap(page);
      rmap.tryToUnmap(page, {});
      unlockPage(page);
      const cached = page.flags.bit('swapcache').read();
      madvise.madviseFree(mm, 0, 1);
      // The slot is free again.
      const other = system.memory.allocator.allocPage();
      lockPage(other);
      return [cached, page.flags.bit('swapcache').read(), swap.addToSwap(other)];
    });
    expect(seen).toEqual([1, 0, true]);
  });

  test('holds the lock of a table for all of its entries', () => {
    const { verdict, violations } = explored((system) => {
      const { machine, madvise, memory, mm, arch, user } = system;
      machine.boot(() => {
        mm.mmap({ start: 0, pages: 2, vmFlags });
        user.userWrite(mm, 0, 1);
        user.userWrite(mm, memory.pageSize, 2);
        lruAddDrain(memory);
      });
      machine.cpu(0).run('T1', () => madvise.madviseFree(mm, 0, 2));
      machine.cpu(1).run('T2', () => {
        const locked = pteOffsetMapLock(mm, 0)!;
        const dirty = [0, memory.pageSize].map((address) =>
          arch.pteDirty(locked.table.entry(address)!.read()),
        );
        pteUnmapUnlock(locked);
        return dirty;
      });
      return ({ T2 }) => {
        const [first, second] = T2 as boolean[];
        assert(first === second, 'MADV_FREE was seen half-way');
      };
    });
    expect({ verdict, violations }).toEqual({ verdict: 'verified', violations: [] });
  });

  test('takes a page out of the swap cache, whose copy it makes useless', () => {
    const seen = once((system) => {
      const { madvise, mm, rmap, swap, user } = system;
      swap.swapon({ pages: 1 });
      const page = writtenPage(system);
      getPage(page);
      lockPage(page);
      swap.addToSwap(page);
      rmap.tryToUnmap(page, {});
      unlockPage(page);
      user.userRead(mm, 0);
      madvise.madviseFree(mm, 0, 1);
      // One reference of the mapping, one of this test, one of the batch.
      return [page.flags.bit('swapcache').read(), PageDirty(page), pageCount(page)];
    });
    expect(seen).toEqual([0, false, 3]);
  });
});

test('a store that comes after MADV_FREE is never lost from the entry', () => {
  const { verdict } = explored((system) => {
    const { arch, machine, memory, madvise, mm, user } = system;
    machine.boot(() => writtenPage(system));
    machine.cpu(0).run('user', () => {
      madvise.madviseFree(mm, 0, 1);
      user.userWrite(mm, 0, 8);
    });
    machine.cpu(1).run('reader', () => user.userRead(mm, 0));
    return () => {
      expect(arch.pteDirty(walkToPte(mm, 0)!.ptep.read())).toBe(true);
      auditReferences(memory);
    };
  });
  expect(verdict).toBe('verified');
});
