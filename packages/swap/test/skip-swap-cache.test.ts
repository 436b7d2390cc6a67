import { lockPage, PageSwapCache, type SwapEntry, unlockPage } from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

/** A slot of zram that one page-table entry uses, with nothing in the swap cache. */
function swappedOut({ memory, swap }: System, kind: 'zram' | 'disk' = 'zram'): SwapEntry {
  swap.swapon({ pages: 1, kind });
  const page = memory.allocator.allocZeroedPage();
  lockPage(page);
  swap.addToSwap(page);
  const entry = page.private.read();
  swap.swapDuplicate(entry);
  swap.swapWritepage(page);
  lockPage(page);
  page.flags.bit('dirty').write(0);
  swap.removeMapping(page);
  unlockPage(page);
  memory.allocator.freeUnrefPage(page);
  return entry;
}

// do_swap_page(), mm/memory.c: 0bcac06f27d7 (v4.15).
test.each([
  ['v4.14', 'zram', 1, false],
  ['v4.15', 'zram', 1, true],
  ['v5.17', 'zram', 2, false],
  ['v5.17', 'disk', 1, false],
] as const)('%s, %s, used by %i: goes past the swap cache? %s', (release, kind, uses, expected) => {
  const skips = once(
    (system) => {
      const entry = swappedOut(system, kind);
      for (let use = 1; use < uses; use++) system.swap.swapDuplicate(entry);
      return system.swap.skipsSwapCache(entry);
    },
    undefined,
    release,
  );
  expect(skips).toBe(expected);
});

test('a page that was read in past the swap cache is not in it', () => {
  const inCache = once((system) => {
    const entry = swappedOut(system);
    const page = system.swap.swapinSkippingCache(entry)!;
    return [PageSwapCache(page), system.swap.lookupSwapCache(entry)];
  });
  expect(inCache).toEqual([false, undefined]);
});

// 13ddaf26be32 (v6.8).
test.each([
  ['v6.7', true],
  ['v6.8', false],
] as const)('%s: two read one slot in at once? %s', (release, expected) => {
  const { verdict, error } = explored((system) => {
    const { machine, swap } = system;
    const entry = machine.boot(() => swappedOut(system));
    for (const cpu of [0, 1]) {
      machine.cpu(cpu).run(`reader${String(cpu)}`, () => {
        if (swap.swapinSkippingCache(entry) === undefined) return;
        // The entry is one: if two free it, the second is told so.
        swap.swapFree(entry);
        swap.swapcacheClear(entry);
      });
    }
    return undefined;
  }, release);
  expect([verdict, error]).toEqual([expected ? 'violated' : 'verified', undefined]);
});

test('the slot that was freed is given out first', () => {
  const first = once((system) => {
    const entry = swappedOut(system);
    system.swap.swapFree(entry);
    const page = system.memory.allocator.allocZeroedPage();
    lockPage(page);
    system.swap.addToSwap(page);
    return page.private.read() === entry;
  });
  expect(first).toBe(true);
});
