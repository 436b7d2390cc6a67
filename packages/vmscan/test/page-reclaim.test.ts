import {
  auditReferences,
  endPageWriteback,
  getPage,
  lockPage,
  lruAddDrain,
  lruCacheAdd,
  type Page,
  PageActive,
  pageCount,
  PageDirty,
  PageLocked,
  PageLRU,
  pageMapped,
  PageReclaim,
  PageSwapBacked,
  putPage,
  setPageDirty,
  setPageWriteback,
  unlockPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

const pageAt = ({ memory, arch, mm }: System, address: number): Page =>
  memory.pageAt(arch.ptePfn(walkToPte(mm, address)!.ptep.read()));

/** A page that was written to and is on its LRU list, young. */
function writtenPage(system: System): Page {
  const { mm, user, memory } = system;
  mm.mmap({ start: 0, pages: 1, vmFlags });
  user.userWrite(mm, 0, 7);
  lruAddDrain(memory);
  return pageAt(system, 0);
}

/** A page that MADV_FREE has made lazyfree. */
function lazyFreePage(system: System): Page {
  const page = writtenPage(system);
  system.madvise.madviseFree(system.mm, 0, 1);
  lruAddDrain(system.memory);
  return page;
}

describe('a lazyfree page', () => {
  test('is freed, and its process reads zero', () => {
    const seen = once((system) => {
      const page = lazyFreePage(system);
      const freed = system.vmscan.shrinkInactiveList('inactive_file');
      return [freed, page.allocation.isAllocated, system.user.userRead(system.mm, 0)];
    });
    expect(seen).toEqual([1, false, 0]);
  });

  test('is spared once if it was read, and freed the next time', () => {
    const seen = once((system) => {
      lazyFreePage(system);
      const { vmscan, user, mm } = system;
      user.userRead(mm, 0);
      return [
        vmscan.shrinkInactiveList('inactive_file'),
        vmscan.shrinkInactiveList('inactive_file'),
      ];
    });
    expect(seen).toEqual([0, 1]);
  });

  test('is kept and activated if it was written to', () => {
    const seen = once((system) => {
      const page = lazyFreePage(system);
      const { vmscan, user, mm, arch } = system;
      user.userWrite(mm, 0, 8);
      // Old again, as if time had passed.
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteMkold(ptep.read()));
      const freed = vmscan.shrinkInactiveList('inactive_file');
      return [freed, PageActive(page), PageSwapBacked(page), PageLRU(page), user.userRead(mm, 0)];
    });
    expect(seen).toEqual([0, true, true, true, 8]);
  });

  test('goes back on its list if somebody holds it, unmapped all the same', () => {
    const seen = once((system) => {
      const page = lazyFreePage(system);
      getPage(page);
      const freed = system.vmscan.shrinkInactiveList('inactive_file');
      const kept = [pageMapped(page), pageCount(page), PageLRU(page)];
      putPage(page);
      return [freed, kept, page.allocation.isAllocated];
    });
    expect(seen).toEqual([0, [false, 1, true], false]);
  });

  test('is skipped while it is locked', () => {
    const seen = once((system) => {
      const page = lazyFreePage(system);
      lockPage(page);
      const freed = system.vmscan.shrinkInactiveList('inactive_file');
      unlockPage(page);
      return [freed, pageMapped(page), PageLRU(page), pageCount(page)];
    });
    expect(seen).toEqual([0, true, true, 1]);
  });

  test('that becomes dirty when it is unmapped is not freed at once', () => {
    const seen = once((system) => {
      const page = lazyFreePage(system);
      getPage(page);
      const { vmscan, memory } = system;
      vmscan.shrinkInactiveList('inactive_file');
      // Whoever holds it has written to it: it passes for a dirty file page, and stays.
      setPageDirty(page);
      const freed = vmscan.shrinkInactiveList('inactive_file');
      return [freed, PageActive(page), memory.lruvec.pages('active_file').length];
    });
    expect(seen).toEqual([0, true, 1]);
  });
});

describe('a page that is backed by swap', () => {
  const aged = (system: System): Page => {
    const page = writtenPage(system);
    const { arch, mm } = system;
    const { ptep } = walkToPte(mm, 0)!;
    ptep.write(arch.pteMkold(ptep.read()));
    return page;
  };

  test('stays without a swap device', () => {
    const seen = once((system) => {
      const page = aged(system);
      return [
        system.vmscan.shrinkInactiveList('inactive_anon'),
        pageMapped(page),
        PageActive(page),
      ];
    });
    expect(seen).toEqual([0, true, true]);
  });

  test('is written out and freed, and comes in again', () => {
    const seen = once((system) => {
      system.swap.swapon({ pages: 1 });
      const page = aged(system);
      const freed = system.vmscan.shrinkInactiveList('inactive_anon');
      const gone = !page.allocation.isAllocated;
      return [freed, gone, system.user.userRead(system.mm, 0)];
    });
    expect(seen).toEqual([1, true, 7]);
  });

  test('that somebody holds is unmapped but not written, and found again in the swap cache', () => {
    const seen = once((system) => {
      system.swap.swapon({ pages: 1 });
      const page = aged(system);
      getPage(page);
      const freed = system.vmscan.shrinkInactiveList('inactive_anon');
      const mapped = pageMapped(page);
      // pageout() clears the bit of what it writes.
      const dirty = PageDirty(page);
      const byte = system.user.userRead(system.mm, 0);
      return [freed, mapped, dirty, byte, pageAt(system, 0) === page];
    });
    expect(seen).toEqual([0, false, true, 7, true]);
  });

  test('is written after the deferred flush, and freed after another', () => {
    const seen = once((system) => {
      const { rmap, swap, vmscan } = system;
      swap.swapon({ pages: 1 });
      const page = aged(system);
      const events: string[] = [];
      const tryToUnmapFlushDirty = rmap.tryToUnmapFlushDirty.bind(rmap);
      rmap.tryToUnmapFlushDirty = () => {
        events.push('try_to_unmap_flush_dirty()');
        tryToUnmapFlushDirty();
      };
      const swapWritepage = swap.swapWritepage.bind(swap);
      swap.swapWritepage = (written) => {
        events.push('swap_writepage()');
        swapWritepage(written);
      };
      const tryToUnmapFlush = rmap.tryToUnmapFlush.bind(rmap);
      rmap.tryToUnmapFlush = () => {
        if (page.allocation.isAllocated) events.push('try_to_unmap_flush()');
        tryToUnmapFlush();
      };
      const freed = vmscan.shrinkInactiveList('inactive_anon');
      return [...events, freed];
    });
    expect(seen).toEqual([
      'try_to_unmap_flush_dirty()',
      'swap_writepage()',
      'try_to_unmap_flush()',
      1,
    ]);
  });

  test('under writeback is activated, and its entry left young', () => {
    const seen = once((system) => {
      system.swap.swapon({ pages: 1 });
      const page = writtenPage(system);
      lockPage(page);
      setPageWriteback(page);
      unlockPage(page);
      const freed = system.vmscan.shrinkInactiveList('inactive_anon');
      const young = system.arch.pteYoung(walkToPte(system.mm, 0)!.ptep.read());
      const left = [freed, PageActive(page), PageReclaim(page), young];
      endPageWriteback(page);
      return left;
    });
    expect(seen).toEqual([0, true, true, true]);
  });

  test('stays until the device has answered, and is freed by the next attempt', () => {
    const seen = once((system) => {
      const { swap, vmscan } = system;
      swap.swapon({ pages: 1 });
      const page = aged(system);
      const write = swap.swapWritepage.bind(swap);
      swap.swapWritepage = (written) => {
        setPageWriteback(written);
        unlockPage(written);
      };
      const first = vmscan.shrinkInactiveList('inactive_anon');
      const under = [PageLRU(page), PageReclaim(page), PageLocked(page)];
      endPageWriteback(page);
      swap.swapWritepage = write;
      return [first, under, vmscan.shrinkInactiveList('inactive_anon')];
    });
    expect(seen).toEqual([0, [true, true, false], 1]);
  });

  test('since it was to be unmapped has no slot to be written to', () => {
    const seen = once((system) => {
      const { arch, mm, rmap, user, vmscan } = system;
      const page = lazyFreePage(system);
      user.userWrite(mm, 0, 8);
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteMkold(ptep.read()));
      getPage(page);
      const tryToUnmap = rmap.tryToUnmap.bind(rmap);
      rmap.tryToUnmap = (one, flags) => {
        tryToUnmap(one, flags);
        // The process gives the page up before reclaim has looked whether it is mapped still.
        withPteLocked(mm, 0, (entry) => arch.ptepGetAndClear(mm, 0, entry));
        rmap.pageRemoveRmap(one);
        putPage(one);
      };
      const freed = vmscan.shrinkInactiveList('inactive_file');
      const left = [freed, PageSwapBacked(page), PageDirty(page), PageActive(page)];
      putPage(page);
      return left;
    });
    expect(seen).toEqual([0, true, true, false]);
  });
});

test('a page that loses its last reference while it is isolated leaves its list', () => {
  const { verdict } = explored((system) => {
    const { machine, memory, vmscan } = system;
    const page = machine.boot(() => {
      const fresh = memory.allocator.allocZeroedPage();
      lruCacheAdd(fresh);
      lruAddDrain(memory);
      return fresh;
    });
    machine.cpu(0).run('reclaim', () => vmscan.shrinkInactiveList('inactive_file'));
    machine.cpu(1).run('owner', () => {
      putPage(page);
    });
    return () => {
      expect(memory.lruvec.pages('inactive_file')).toEqual([]);
      expect(page.allocation.isAllocated).toBe(false);
    };
  });
  expect(verdict).toBe('verified');
});

test('shrink_all_memory() drains the batch of its CPU first', () => {
  const freed = once((system) => {
    writtenPage(system);
    system.madvise.madviseFree(system.mm, 0, 1);
    return system.vmscan.shrinkAllMemory();
  });
  expect(freed).toBe(1);
});

test.each(['inactive_file', 'inactive_anon'] as const)(
  'two CPUs that reclaim %s at once, and a process that reads, keep every count',
  (list) => {
    const { verdict } = explored((system) => {
      const { machine, memory, mm, swap, user, vmscan } = system;
      swap.swapon({ pages: 1 });
      machine.boot(() => (list === 'inactive_file' ? lazyFreePage(system) : writtenPage(system)));
      machine.cpu(0).run('one', () => vmscan.shrinkInactiveList(list));
      machine.cpu(1).run('other', () => {
        const byte = user.userRead(mm, 0);
        vmscan.shrinkInactiveList(list);
        return byte;
      });
      return ({ other }) => {
        if (list === 'inactive_anon') expect(other).toBe(7);
        else expect([0, 7]).toContain(other);
        auditReferences(memory);
      };
    });
    expect(verdict).toBe('verified');
  },
);
