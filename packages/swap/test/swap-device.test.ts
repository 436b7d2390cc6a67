import type { Release } from '@pagerace/history';
import {
  lockPage,
  type Page,
  PageLocked,
  PageSwapCache,
  PageWriteback,
  unlockPage,
  waitOnPageWriteback,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { type SwapDeviceKind, UNSTABLE_WRITE } from '../src/index.js';
import { explored, once, type System } from './system.js';

/** A locked page in the swap cache, whose slot one entry uses; its halves have an `a` each. */
function cachedPage({ memory, swap }: System, kind?: SwapDeviceKind): Page {
  swap.swapon(kind === undefined ? { pages: 1 } : { pages: 1, kind });
  const page = memory.allocator.allocZeroedPage();
  page.contents.fill('a');
  lockPage(page);
  swap.addToSwap(page);
  swap.swapDuplicate(page.private.read());
  return page;
}

test('a kind of swap device that does not exist is refused, with those that do', () => {
  const swapon = (): unknown =>
    once(({ swap }) => swap.swapon({ pages: 1, kind: 'tape' as SwapDeviceKind }));
  expect(swapon).toThrow(
    'there is no swap device of the kind tape: it must be zswap, disk, checksumming-disk, zram',
  );
});

/** What somebody sees who looks at a page while it is written out. */
function seenWhileWritten(kind: SwapDeviceKind, release?: Release): readonly string[] {
  const seen = new Set<string>();
  const { verdict, error } = explored((system) => {
    const { machine, swap } = system;
    const page = machine.boot(() => cachedPage(system, kind));
    machine.cpu(0).run('writer', () => swap.swapWritepage(page));
    machine.cpu(1).run('looker', () => {
      const before = PageWriteback(page);
      const isLocked = PageLocked(page);
      return before && PageWriteback(page) ? (isLocked ? 'locked' : 'unlocked') : 'no writeback';
    });
    return ({ looker }) => void seen.add(looker as string);
  }, release);
  expect([verdict, error]).toEqual(['verified', undefined]);
  return [...seen].sort();
}

describe('swap_writepage()', () => {
  test('leaves a page under writeback and unlocked for a disk', () => {
    expect(seenWhileWritten('disk')).toContain('unlocked');
    expect(seenWhileWritten('checksumming-disk')).toContain('unlocked');
  });

  test('leaves a page of zram locked while it is written by rw_page(), to v6.2', () => {
    expect(seenWhileWritten('zram', 'v6.2')).toEqual(['locked', 'no writeback']);
    expect(seenWhileWritten('zram', 'v6.3')).toContain('unlocked');
  });

  test('has written a page when the writeback is over', () => {
    const { verdict } = explored((system) => {
      const { machine, swap } = system;
      const page = machine.boot(() => cachedPage(system, 'disk'));
      machine.cpu(0).run('writer', () => {
        swap.swapWritepage(page);
        waitOnPageWriteback(page);
        lockPage(page);
        page.flags.bit('dirty').write(0);
        const entry = page.private.read();
        const removed = swap.removeMapping(page);
        unlockPage(page);
        if (!removed) return 'kept';
        page.memory.allocator.freeUnrefPage(page);
        return String.fromCharCode(swap.swapinReadahead(entry)!.contents.load(0));
      });
      return ({ writer }) => {
        expect(['a', 'kept']).toContain(writer);
      };
    });
    expect(verdict).toBe('verified');
  });
});

describe.each([
  ['disk', []],
  ['zswap', []],
  ['checksumming-disk', [UNSTABLE_WRITE]],
  ['zram', [UNSTABLE_WRITE]],
] as const)('a store while %s writes the page', (kind, expected) => {
  test.each([0, 4000])('at %i', (offset) => {
    const { violations } = explored((system) => {
      const { machine, swap } = system;
      const page = machine.boot(() => cachedPage(system, kind));
      machine.cpu(0).run('writer', () => swap.swapWritepage(page));
      machine.cpu(1).run('storer', () => page.contents.store(offset, 0x62));
      return undefined;
    });
    expect([...new Set(violations.map(({ property }) => property))]).toEqual(expected);
  });
});

describe('reuse_swap_page()', () => {
  /** Whether a page may be reused that is mapped once and under writeback, and is in the swap cache after that. */
  const reusedUnderWriteback = (kind: SwapDeviceKind): readonly unknown[] =>
    once((system) => {
      const page = cachedPage(system, kind);
      page.flags.bit('writeback').write(1);
      return [system.swap.reuseSwapPage(page), PageSwapCache(page)];
    });

  test('refuses a page under writeback if the device needs it unchanged', () => {
    expect(reusedUnderWriteback('checksumming-disk')).toEqual([false, true]);
    expect(reusedUnderWriteback('zram')).toEqual([false, true]);
  });

  test('lets a page under writeback be changed otherwise, and leaves it in the swap cache', () => {
    expect(reusedUnderWriteback('disk')).toEqual([true, true]);
  });
});
