import {
  ClearPageSwapCache,
  getPage,
  lockPage,
  type Page,
  PageAnonExclusive,
  SetPageAnonExclusive,
  setPageWriteback,
  VM_READ,
  VM_SHARED,
} from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { describe, expect, test } from 'vitest';
import {
  ANON_REUSE_RULE,
  GUP_UNSHARE_RULE,
  RestoreExclusive,
  RestoreUnlessOrdinary,
  ReuseIfExclusive,
} from '../src/index.js';
import { onceIn } from './system.js';

// do_wp_page(), mm/memory.c; reuse_swap_page() to v5.8, page_count() since v5.9 (09854ba94c6a), PG_anon_exclusive
// since v5.19 (6c287605fd56).
describe('a write through a read-only entry', () => {
  const releases = ['v4.12', 'v5.17', 'v5.18', 'v5.19', 'v6.15'];
  const markedIn = ['v5.19', 'v6.15'];

  test.each<[string, (page: Page) => void, readonly string[]]>([
    ['nobody else refers to', () => undefined, ['reuse', 'reuse', 'reuse', 'reuse', 'reuse']],
    ['is referred to', getPage, ['reuse', 'copy', 'copy', 'copy', 'copy']],
    [
      'is mapped twice',
      (page) => {
        getPage(page);
        page._mapcount.fetchAdd(1);
      },
      ['copy', 'copy', 'copy', 'copy', 'copy'],
    ],
    ['is locked', lockPage, ['wait for the page lock', 'copy', 'copy', 'copy', 'copy']],
    [
      'is marked as exclusive, and referred to',
      (page) => {
        getPage(page);
        SetPageAnonExclusive(page);
      },
      ['reuse', 'copy', 'copy', 'reuse', 'reuse'],
    ],
  ])('goes on with a page that %s, or copies it', (_, prepare, expected) => {
    const fates = releases.map((release) =>
      onceIn(release, ({ wiring, page }) => {
        prepare(page);
        return wiring.get(ANON_REUSE_RULE).fateOf(page);
      }),
    );
    expect(fates).toEqual(expected);
  });

  test('marks the page that it goes on with, since v5.19', () => {
    const marked = releases.filter((release) =>
      onceIn(release, ({ wiring, page }) => {
        wiring.get(ANON_REUSE_RULE).fateOf(page);
        return PageAnonExclusive(page);
      }),
    );
    expect(marked).toEqual(markedIn);
  });
});

// do_swap_page(), mm/memory.c: v5.18 (c145e0b47c77), v5.19 (1493a1913e34).
describe('a page that comes in from swap', () => {
  const swappedIn = (release: string, writes: boolean, marker: boolean, more = 0): unknown =>
    onceIn(release, ({ wiring, page }) => {
      const swap = wiring.get(SWAP);
      swap.swapon({ pages: 1 });
      // As its only mapping is removed, whose reference the fault has now.
      lockPage(page);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      page._mapcount.write(-1);
      page._refcount.fetchAdd(more);
      const { write, exclusive } = wiring.get(ANON_REUSE_RULE).swapIn(page, entry, writes, marker);
      return [write, exclusive];
    });

  test.each(['v5.17', 'v5.18', 'v5.19', 'v6.15'])(
    'is written to at once on %s if the fault alone has it',
    (release) => {
      expect(swappedIn(release, true, false)).toEqual([true, true]);
      expect(swappedIn(release, false, false)).toEqual([false, false]);
    },
  );

  test('is written to although others refer to it, up to v5.17', () => {
    expect(swappedIn('v5.17', true, false, 1)).toEqual([true, true]);
    expect(swappedIn('v5.18', true, false, 1)).toEqual([false, false]);
    expect(swappedIn('v5.19', true, false, 1)).toEqual([false, false]);
  });

  // page != swapcache: the LRU batch, or reclaim that isolates it, may have a reference.
  test('and past the swap cache is written to at once on v5.18, whoever refers to it', () => {
    const fresh = (writes: boolean): unknown =>
      onceIn('v5.18', ({ wiring, page }) => {
        const swap = wiring.get(SWAP);
        swap.swapon({ pages: 1 });
        lockPage(page);
        swap.addToSwap(page);
        const entry = page.private.read();
        swap.swapDuplicate(entry);
        ClearPageSwapCache(page);
        getPage(page);
        return wiring.get(ANON_REUSE_RULE).swapIn(page, entry, writes, false);
      });
    expect(fresh(true)).toEqual({ write: true, exclusive: true });
    expect(fresh(false)).toEqual({ write: false, exclusive: false });
  });

  test.each(['v5.19', 'v6.15'])('is exclusive on %s if its entry says so', (release) => {
    expect(swappedIn(release, true, true, 1)).toEqual([true, true]);
    expect(swappedIn(release, false, true, 1)).toEqual([false, true]);
  });
});

// do_swap_page(), mm/memory.c: 6c287605fd56 and 1493a1913e34 (v5.19), and v2 of the latter. Others refer to the page.
describe('a page that comes in from swap with the exclusive marker', () => {
  const exclusive = (
    Rule: typeof ReuseIfExclusive,
    { writeback = false, stable = false, fresh = false, marker = true },
  ): boolean =>
    onceIn('v5.19', ({ wiring, page }) => {
      const swap = wiring.override(ANON_REUSE_RULE, Rule).get(SWAP);
      swap.swapon({ pages: 1 });
      swap.hasStableWrites = () => stable;
      lockPage(page);
      swap.addToSwap(page);
      const entry = page.private.read();
      swap.swapDuplicate(entry);
      page._mapcount.write(-1);
      getPage(page);
      if (writeback) setPageWriteback(page);
      if (fresh) ClearPageSwapCache(page);
      return wiring.get(ANON_REUSE_RULE).swapIn(page, entry, false, marker).exclusive;
    });

  test.each([
    ['is idle', {}, [false, true, true]],
    ['is under writeback to an ordinary disk', { writeback: true }, [false, false, true]],
    [
      'is under writeback to a device with stable writes',
      { writeback: true, stable: true },
      [false, true, false],
    ],
    ['is idle, of a device with stable writes', { stable: true }, [false, true, true]],
    ['has lost the marker', { marker: false }, [false, false, false]],
    ['is new, and not in the swap cache', { fresh: true, marker: false }, [true, true, true]],
  ])('and %s, is exclusive by part 2, by v2 and as merged', (_, state, expected) => {
    const rules = [ReuseIfExclusive, RestoreUnlessOrdinary, RestoreExclusive];
    expect(rules.map((Rule) => exclusive(Rule, state))).toEqual(expected);
  });
});

// gup_must_unshare(), include/linux/mm.h, v6.2 (84209e87c696).
test.each([
  ['v6.1', false],
  ['v6.2', true],
])('a long-term pin for reading wants no zero page on %s: %s', (release, expected) => {
  const mustUnshare = onceIn(release, ({ memory, mm, wiring, vma }) => {
    const rule = wiring.get(GUP_UNSHARE_RULE);
    const shared = mm.mmap({ start: 0x10, pages: 1, vmFlags: VM_READ | VM_SHARED });
    const forLong = { pin: true, longterm: true };
    return [
      rule.mustUnshare(memory.zeroPage, forLong, vma),
      // GUP-fast does not know.
      rule.mustUnshare(memory.zeroPage, forLong),
      rule.mustUnshare(memory.zeroPage, forLong, shared),
      rule.mustUnshare(memory.zeroPage, { pin: true }, vma),
      rule.mustUnshare(memory.zeroPage, { ...forLong, write: true }, vma),
    ];
  });
  expect(mustUnshare).toEqual([expected, expected, false, false, false]);
});

// gup_must_unshare(), include/linux/mm.h, v5.19 (a7f226604170).
test.each([
  ['v5.18', false],
  ['v5.19', true],
  ['v6.15', true],
])('a pin for reading wants a page of its own on %s: %s', (release, expected) => {
  const mustUnshare = onceIn(release, ({ wiring, page }) => {
    const rule = wiring.get(GUP_UNSHARE_RULE);
    const shared = [{ pin: true }, { pin: true, write: true }, {}].map((flags) =>
      rule.mustUnshare(page, flags),
    );
    SetPageAnonExclusive(page);
    return [...shared, rule.mustUnshare(page, { pin: true })];
  });
  expect(mustUnshare).toEqual([expected, false, false, false]);
});
