import { describe, expect, test } from 'vitest';
import {
  auditReferences,
  EveryReferenceIsPin,
  FiveGupCounters,
  FollPinCounters,
  FollPinCountersButZeroPage,
  HugePinsExact,
  type Memory,
  type Page,
  PinAddsBias,
  pageCount,
  pageMaybeDmaPinned,
  PinsNotCounted,
  ReferenceThenBias,
  unpinUserPage,
} from '../src/index.js';
import { pageRefAddUnless } from '../src/index.js';
import { explored, once } from './system.js';

/** GUP-fast's increment. */
const reference = {
  tryAdd: (page: Page, references: number): boolean => pageRefAddUnless(page, references, 0),
};

/** What is in the counts of a page of which so many pages are pinned: references, and pins. */
const counts = ({ head }: Page): readonly number[] => [
  head._refcount.read(),
  head.compoundPincount.read(),
];

const vmstat = (memory: Memory): readonly number[] =>
  memory.vmstat!.items.map((_item, nth) => memory.vmstat!.total(nth));

// try_grab_compound_head() and put_compound_head(), of v5.7 to v6.1: `refs` pages by one entry.
test.each([
  ['not at all', PinsNotCounted, [3, 0], [3, 0]],
  ['by one bias for an entry', EveryReferenceIsPin, [1025, 0], [1025, 0]],
  ['by the bias for each page', PinAddsBias, [2049, 0], [2049, 0]],
  ['exactly, of a huge page', HugePinsExact, [2049, 0], [3, 2]],
  ['exactly, after the reference', ReferenceThenBias, [2049, 0], [3, 2]],
] as const)('pins count %s', (_how, pinCounting, small, huge) => {
  const seen = once(
    ({ memory, page }) => {
      const head = memory.allocator.allocHugePage();
      return [page, head].map((one) => {
        memory.pinCounting.tryPin(one, 2, reference);
        const pinned = counts(one);
        memory.pinCounting.backOff(one, 2);
        return [pinned, counts(one)];
      });
    },
    { hugePages: 1, hpagePmdNr: 2, pinCounting },
  );
  expect(seen).toEqual([
    [small, [1, 0]],
    [huge, [1, 0]],
  ]);
});

describe('as posted in February 2019', () => {
  const pinCounting = EveryReferenceIsPin;

  test('a pin alone is not seen, and a reference beside it makes it seen', () => {
    const seen = once(
      ({ page, memory }) => {
        memory.pinCounting.pin(page, false);
        const withOther = pageMaybeDmaPinned(page);
        page._refcount.fetchAdd(-1);
        return [withOther, pageMaybeDmaPinned(page), memory.pinCounting.inRefcount(page, 1)];
      },
      { pinCounting },
    );
    expect(seen).toEqual([true, false, 1024]);
  });

  test('the last pin does not free its page', () => {
    const { violations } = explored(
      ({ machine, memory, page }) => {
        machine.cpu(0).run('device', () => {
          memory.pinCounting.pin(page, false);
          page._refcount.fetchAdd(-1);
          unpinUserPage(page);
        });
        return () => auditReferences(memory);
      },
      { pinCounting },
    );
    expect(violations[0]?.property).toBe('leak');
  });

  test('put_user_page() asserts that the bias is there, with CONFIG_DEBUG_VM only', () => {
    const property = (debugVm: boolean): string | undefined =>
      explored(
        ({ machine, page }) => {
          machine.cpu(0).run('put', () => unpinUserPage(page));
          return undefined;
        },
        { pinCounting, debugVm },
      ).violations[0]?.property;
    expect([property(true), property(false)]).toEqual(['VM_BUG_ON', undefined]);
  });

  test('any negative count has overflowed, for the slow path alone', () => {
    const seen = once(
      ({ memory, page }) => {
        page._refcount.write(-1);
        const slow = memory.pinCounting.pin(page, false);
        return [slow, memory.pinCounting.tryPin(page, 1, reference), vmstat(memory)];
      },
      { pinCounting, gupCounters: FiveGupCounters, refcountBits: 32, statThreshold: 0 },
    );
    expect(seen).toEqual([false, true, [0, 0, 0, 1, 0]]);
  });
});

test('a count that has overflowed takes no more, and its page is pinned', () => {
  const seen = once(
    ({ memory, page }) => {
      page._refcount.write(7);
      const { pinCounting } = memory;
      const first = pinCounting.pin(page, false);
      const overflown = pageCount(page);
      return [
        first,
        overflown,
        pinCounting.pin(page, false),
        pinCounting.tryPin(page, 1, reference),
        pageMaybeDmaPinned(page),
      ];
    },
    { refcountBits: 4, pinBias: 4 },
  );
  expect(seen).toEqual([true, -5, false, false, true]);
});

describe('counters of get_user_pages()', () => {
  test('are nowhere without being asked for', () => {
    const seen = once(
      ({ memory, page }) => {
        memory.gupCounters.requestedFast(page, 1, true);
        return memory.vmstat;
      },
      { gupCounters: FiveGupCounters },
    );
    expect(seen).toBeUndefined();
  });

  /** Each increment once: of two pages by an entry, with and without FOLL_PIN; of a huge entry and of a small one. */
  const each = (gupCounters: typeof FiveGupCounters | typeof FollPinCounters): unknown =>
    once(
      ({ memory, page }) => {
        for (const pin of [true, false]) {
          memory.gupCounters.requestedFast(page, 2, pin);
          memory.gupCounters.returned(page, 2, pin);
        }
        for (const huge of [true, false]) {
          memory.gupCounters.requestedSlow(page, huge, true);
          memory.gupCounters.backedOff(page, huge);
        }
        memory.gupCounters.overflowed(page);
        memory.gupCounters.requestedSlow(memory.zeroPage, false, true);
        return vmstat(memory);
      },
      { gupCounters, statThreshold: 0 },
    );

  test('five: by entries, and with every reference', () => {
    expect(each(FiveGupCounters)).toEqual([2, 2, 1, 1, 2]);
  });

  test('two: by pages, with FOLL_PIN, and up to v6.4 for the zero page', () => {
    expect(each(FollPinCounters)).toEqual([5, 2]);
    expect(each(FollPinCountersButZeroPage)).toEqual([4, 2]);
  });
});

describe('a counter of a node', () => {
  test('has what a CPU adds once that is more than the threshold, or is folded', () => {
    const seen = once(
      ({ memory }) => {
        const { vmstat: stat } = memory;
        const read = (): readonly number[] => [stat!.globalNodePageState(0), stat!.total(0)];
        return [1, 1, 1, 1].map((delta, nth) => {
          stat!.modNodePageState(0, delta);
          if (nth === 3) stat!.refreshCpuVmStats();
          return read();
        });
      },
      { gupCounters: FiveGupCounters, statThreshold: 2 },
    );
    expect(seen).toEqual([
      [0, 1],
      [0, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  test('is never less than 0 to a reader', () => {
    const seen = once(
      ({ memory: { vmstat: stat } }) => {
        stat!.modNodePageState(0, -1);
        return [stat!.globalNodePageState(0), stat!.total(0)];
      },
      { gupCounters: FiveGupCounters, statThreshold: 0 },
    );
    expect(seen).toEqual([0, -1]);
  });
});
