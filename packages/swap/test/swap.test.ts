import {
  auditReferences,
  lockPage,
  type Memory,
  type Page,
  pageCount,
  PageDirty,
  PageReclaim,
  PageSwapCache,
  putPage,
  setPageDirty,
  SetPageReclaim,
  type SwapEntry,
  swpEntry,
  swpOffset,
  trylockPage,
  unlockPage,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, exploredWeakly, once, type System } from './system.js';

/** A locked page that the caller has the only reference to. */
function lockedPage(memory: Memory): Page {
  const page = memory.allocator.allocZeroedPage();
  lockPage(page);
  return page;
}

describe('add_to_swap()', () => {
  test('fails without a device, and when the device is full', () => {
    const added = once(({ memory, swap }) => {
      const [one, other] = [lockedPage(memory), lockedPage(memory)];
      const before = swap.addToSwap(one);
      swap.swapon({ pages: 1 });
      return [before, swap.addToSwap(one), swap.addToSwap(other)];
    });
    expect(added).toEqual([false, true, false]);
  });

  test('gives the swap cache a reference, and makes the page dirty in any case', () => {
    const seen = once(({ memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = lockedPage(memory);
      swap.addToSwap(page);
      return [pageCount(page), PageSwapCache(page), PageDirty(page), swap.pageSwapcount(page)];
    });
    expect(seen).toEqual([2, true, true, 0]);
  });
});

describe('a slot', () => {
  test('is free again when the last entry and the swap cache have given it up', () => {
    const slots = once(({ memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = lockedPage(memory);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      const kept = swap.tryToFreeSwap(page);
      swap.swapFree(entry);
      const freed = swap.tryToFreeSwap(page);
      const another = lockedPage(memory);
      swap.addToSwap(another);
      return [
        swpOffset(entry),
        kept,
        freed,
        PageSwapCache(page),
        swpOffset(another.private.read()),
      ];
    });
    expect(slots).toEqual([1, false, true, false, 1]);
  });

  test('is not counted where swap_duplicate() fails', () => {
    const seen = once(({ memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = lockedPage(memory);
      swap.addToSwap(page);
      swap.failSwapDuplicate();
      return [1, 2].map(() => [swap.swapDuplicate(page.private.read()), swap.pageSwapcount(page)]);
    });
    expect(seen).toEqual([
      [false, 0],
      [true, 1],
    ]);
  });

  // __try_to_reclaim_swap(), mm/swapfile.c: the caller has the lock of a page table, for which a fault may wait
  // with the page locked.
  test.each([
    ['leaves the page to whoever has it locked', true],
    ['takes the page out of the swap cache', false],
  ])('free_swap_and_cache() %s', (_, isLocked) => {
    const seen = once(({ memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = lockedPage(memory);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      if (!isLocked) unlockPage(page);
      swap.freeSwapAndCache(entry);
      return [PageSwapCache(page), swap.isInUse(), pageCount(page)];
    });
    expect(seen).toEqual([isLocked, isLocked, isLocked ? 2 : 1]);
  });

  test('is freed once only', () => {
    const { verdict, error } = explored(({ machine, memory, swap }) => {
      machine.boot(() => {
        swap.swapon({ pages: 1 });
        swap.addToSwap(lockedPage(memory));
      });
      machine.cpu(0).run('cpu', () => swap.swapFree(swpEntry(0, 1)));
      return undefined;
    });
    expect([verdict, error]).toEqual(['violated', undefined]);
  });
});

describe('reuse_swap_page()', () => {
  test('counts page-table entries, present and swapped, and not references', () => {
    const reused = once(({ memory, swap }) => {
      swap.swapon({ pages: 2 });
      const page = lockedPage(memory);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      swap.swapDuplicate(entry);
      const shared = swap.reuseSwapPage(page);
      swap.swapFree(entry);
      return [shared, swap.reuseSwapPage(page), PageSwapCache(page)];
    });
    expect(reused).toEqual([false, true, false]);
  });
});

test('what is written out comes in again', () => {
  const seen = once(({ memory, swap }) => {
    swap.swapon({ pages: 1 });
    const page = lockedPage(memory);
    page.contents.fill('ab');
    swap.addToSwap(page);
    const entry = page.private.read();
    swap.swapDuplicate(entry);
    swap.swapWritepage(page);
    const unlocked = trylockPage(page);
    // The dirty bit was for the writer to clear, who is here nobody.
    page.flags.bit('dirty').write(0);
    const removed = swap.removeMapping(page);
    unlockPage(page);
    memory.allocator.freeUnrefPage(page);
    const back = swap.swapinReadahead(entry)!;
    return [unlocked, removed, back.contents.load(0), back.contents.load(9), pageCount(back)];
  });
  // References of the caller, of the swap cache and of the LRU batch.
  expect(seen).toEqual([true, true, 0x61, 0x62, 3]);
});

describe('__read_swap_cache_async()', () => {
  /** A slot that one page-table entry uses, of which the swap cache has nothing. */
  const swappedOut = ({ machine, memory, swap }: System): SwapEntry => {
    swap.swapon({ pages: 1 });
    return machine.boot(() => {
      const page = lockedPage(memory);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      swap.swapWritepage(page);
      trylockPage(page);
      page.flags.bit('dirty').write(0);
      swap.removeMapping(page);
      unlockPage(page);
      memory.allocator.freeUnrefPage(page);
      return entry;
    });
  };

  test('reads a page in once for two that want it', () => {
    const { verdict, violations } = explored((system) => {
      const { machine, swap } = system;
      const entry = swappedOut(system);
      for (const cpu of [0, 1]) {
        machine.cpu(cpu).run(`reader${cpu}`, () => swap.swapinReadahead(entry));
      }
      return ({ reader0, reader1 }) => {
        expect(reader0).toBe(reader1);
        // Two readers, the swap cache and the per-CPU LRU batch.
        expect(pageCount(reader0 as Page)).toBe(4);
      };
    });
    expect(violations).toEqual([]);
    expect(verdict).toBe('verified');
  });

  test('waits for a page that is leaving the swap cache, and then reads it in anew', () => {
    const { verdict } = explored((system) => {
      const { machine, swap, memory } = system;
      const entry = swappedOut(system);
      const page = machine.boot(() => {
        const cached = swap.swapinReadahead(entry)!;
        lockPage(cached);
        return cached;
      });
      machine.cpu(0).run('reclaim', () => {
        const gone = swap.removeMapping(page);
        unlockPage(page);
        if (gone) memory.allocator.freeUnrefPage(page);
        else putPage(page);
      });
      machine.cpu(1).run('reader', () => {
        const back = swap.swapinReadahead(entry)!;
        lockPage(back);
        unlockPage(back);
        return back.contents.load(0);
      });
      return ({ reader }) => {
        expect(reader).toBe(0);
      };
    });
    expect(verdict).toBe('verified');
  });

  test.each([
    ['sc', explored],
    ['armv8', exploredWeakly],
  ])('waits for a slot that is being given up, by %s', (_, by) => {
    const { verdict, executions } = by((system) => {
      const { machine, swap } = system;
      const entry = swappedOut(system);
      const page = machine.boot(() => {
        const cached = swap.swapinReadahead(entry)!;
        lockPage(cached);
        return cached;
      });
      machine.cpu(0).run('fault', () => {
        swap.swapFree(entry);
        swap.tryToFreeSwap(page);
        unlockPage(page);
      });
      machine.cpu(1).run('other', () => swap.swapinReadahead(entry));
      return ({ other }) => {
        expect([undefined, page]).toContain(other);
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });

  test('finds nothing in a slot that no entry uses', () => {
    const found = once((system) => {
      const entry = swappedOut(system);
      system.swap.freeSwapAndCache(entry);
      const { allocator, pages } = system.memory;
      return [system.swap.swapinReadahead(entry), allocator.free.length === pages.length];
    });
    expect(found).toEqual([undefined, true]);
  });
});

test('a page whose slot nobody uses is not written', () => {
  const seen = once(({ memory, swap }) => {
    swap.swapon({ pages: 1 });
    const page = lockedPage(memory);
    swap.addToSwap(page);
    swap.swapWritepage(page);
    return [PageSwapCache(page), PageDirty(page), trylockPage(page)];
  });
  expect(seen).toEqual([false, true, true]);
});

describe('PG_reclaim', () => {
  /** Whether a page has the bit before and after; `once` runs in one execution. */
  const around = (isCached: boolean, act: (page: Page, swap: System['swap']) => void) =>
    once(({ memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = lockedPage(memory);
      if (isCached) {
        swap.addToSwap(page);
        swap.swapDuplicate(page.private.read());
      }
      SetPageReclaim(page);
      const before = PageReclaim(page);
      act(page, swap);
      return [before, PageReclaim(page)];
    });

  test('is gone when the page has been written out', () => {
    expect(around(true, (page, swap) => swap.swapWritepage(page))).toEqual([true, false]);
  });

  test('is gone when a page of the swap cache is made dirty, but stays on one without a mapping', () => {
    expect(around(true, setPageDirty)).toEqual([true, false]);
    expect(around(false, setPageDirty)).toEqual([true, true]);
  });
});

describe('__remove_mapping()', () => {
  const removed = (prepare: (page: Page) => void): readonly unknown[] =>
    once(({ memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = lockedPage(memory);
      swap.addToSwap(page);
      page.flags.bit('dirty').write(0);
      prepare(page);
      return [swap.removeMapping(page), PageSwapCache(page), pageCount(page)];
    });

  test('takes a clean page that nobody else has', () => {
    expect(removed(() => undefined)).toEqual([true, false, 0]);
  });

  test('spares a page that somebody else has', () => {
    expect(removed((page) => page._refcount.fetchAdd(1))).toEqual([false, true, 3]);
  });

  test('spares a page that is dirty again', () => {
    expect(removed(setPageDirty)).toEqual([false, true, 2]);
  });

  test('never leaves a lookup with a page that is free', () => {
    const { verdict, executions } = explored(({ machine, memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = machine.boot(() => {
        const added = lockedPage(memory);
        swap.addToSwap(added);
        added.flags.bit('dirty').write(0);
        return added;
      });
      machine.cpu(0).run('lookup', () => {
        const found = swap.lookupSwapCache(swpEntry(0, 1));
        if (found === undefined) return false;
        found.allocation.check('lookup of');
        putPage(found);
        return true;
      });
      machine.cpu(1).run('reclaim', () => {
        const gone = swap.removeMapping(page);
        unlockPage(page);
        if (gone) memory.allocator.freeUnrefPage(page);
        else putPage(page);
      });
      return () => {
        auditReferences(memory);
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(2);
  });

  // find_get_page(), mm/filemap.c: "if (unlikely(page != xas_reload(&xas)))".
  test('never leaves a lookup with a page that was given out again', () => {
    const seen = new Set<string>();
    const { verdict, error } = explored(({ machine, memory, swap }) => {
      swap.swapon({ pages: 1 });
      const page = machine.boot(() => {
        const added = lockedPage(memory);
        swap.addToSwap(added);
        added.flags.bit('dirty').write(0);
        return added;
      });
      machine.cpu(0).run('lookup', () => swap.lookupSwapCache(swpEntry(0, 1)) === page);
      machine.cpu(1).run('reclaim', () => {
        const gone = swap.removeMapping(page);
        unlockPage(page);
        if (!gone) return 'kept';
        memory.allocator.freeUnrefPage(page);
        return memory.allocator.allocPage() === page ? 'given out again' : 'free';
      });
      return ({ lookup, reclaim }) =>
        void seen.add(`${lookup === true ? 'found' : 'missed'}, ${String(reclaim)}`);
    });
    expect([verdict, error, [...seen].sort()]).toEqual([
      'verified',
      undefined,
      ['found, kept', 'missed, given out again'],
    ]);
  });
});
