import { describe, expect, test } from 'vitest';
import {
  AnonVma,
  activatePage,
  auditReferences,
  lruAddDrain,
  lruCacheAdd,
  type LruList,
  lruLists,
  markPageAccessed,
  markPageLazyfree,
  type Memory,
  type Page,
  PAGEVEC_SIZE,
  pageCount,
  PageLRU,
  PageSwapBacked,
  putPage,
  SetPageSwapBacked,
} from '../src/index.js';
import { explored, once } from './system.js';

function listOf({ lruvec }: Memory, page: Page): LruList | undefined {
  return lruLists.find((list) => lruvec.pages(list).includes(page));
}

/** An anonymous page that is on the LRU. */
function addAnonymous(memory: Memory, page: Page): void {
  page.mapping.write(new AnonVma('anon_vma'));
  SetPageSwapBacked(page);
  lruCacheAdd(page);
  lruAddDrain(memory);
}

describe('the LRU', () => {
  test('gets a page when its batch is drained, and the batch has a reference until then', () => {
    const seen = once(({ memory, page }) => {
      SetPageSwapBacked(page);
      lruCacheAdd(page);
      const waiting = [pageCount(page), PageLRU(page), listOf(memory, page)];
      lruAddDrain(memory);
      return [waiting, [pageCount(page), PageLRU(page), listOf(memory, page)]];
    });
    expect(seen).toEqual([
      [2, false, undefined],
      [1, true, 'inactive_anon'],
    ]);
  });

  test('a full batch drains itself', () => {
    const lists = once(({ memory, page }) => {
      for (let n = 1; n < PAGEVEC_SIZE; n++) {
        lruCacheAdd(page);
      }
      const before = listOf(memory, page);
      lruCacheAdd(page);
      return [before, listOf(memory, page)];
    });
    expect(lists).toEqual([undefined, 'inactive_file']);
  });

  test('frees pages of a batch that nobody has any more', () => {
    const seen = once(({ memory, page }) => {
      const other = memory.allocator.allocZeroedPage();
      lruCacheAdd(page);
      lruCacheAdd(other);
      putPage(page);
      lruAddDrain(memory);
      const { free } = memory.allocator;
      return [free.includes(page), listOf(memory, page), free.includes(other), PageLRU(other)];
    });
    expect(seen).toEqual([true, undefined, false, true]);
  });

  test('gets a huge page at once', () => {
    const seen = once(
      ({ memory }) => {
        const head = memory.allocator.allocHugePage();
        lruCacheAdd(head);
        return [pageCount(head), listOf(memory, head)];
      },
      { hugePages: 1 },
    );
    expect(seen).toEqual([1, 'inactive_file']);
  });

  test('loses a page that is freed', () => {
    const lists = once(({ memory, page }) => {
      addAnonymous(memory, page);
      putPage(page);
      return [listOf(memory, page), memory.allocator.free.includes(page)];
    });
    expect(lists).toEqual([undefined, true]);
  });

  test('a page that is accessed twice becomes active', () => {
    const lists = once(({ memory, page }) => {
      addAnonymous(memory, page);
      markPageAccessed(page);
      const once = listOf(memory, page);
      markPageAccessed(page);
      return [once, listOf(memory, page), page.flags.readAll()];
    });
    expect(lists).toEqual(['inactive_anon', 'active_anon', ['lru', 'active', 'swapbacked']]);
  });
});

describe('mark_page_lazyfree()', () => {
  test('moves an anonymous page to the inactive file list, when the batch is drained', () => {
    const seen = once(({ memory, page }) => {
      addAnonymous(memory, page);
      activatePage(page);
      markPageLazyfree(page);
      const waiting = [listOf(memory, page), PageSwapBacked(page), pageCount(page)];
      lruAddDrain(memory);
      return [waiting, [listOf(memory, page), PageSwapBacked(page), pageCount(page)]];
    });
    expect(seen).toEqual([
      ['active_anon', true, 2],
      ['inactive_file', false, 1],
    ]);
  });

  test.each([
    ['is on no list', (memory: Memory, page: Page) => lruCacheAdd(page)],
    [
      'is of a file',
      (memory: Memory, page: Page) => {
        lruCacheAdd(page);
        lruAddDrain(memory);
      },
    ],
    [
      'is in the swap cache',
      (memory: Memory, page: Page) => {
        addAnonymous(memory, page);
        page.flags.bit('swapcache').write(1);
      },
    ],
  ] as const)('leaves a page alone that %s', (_what, prepare) => {
    const batch = once(({ memory, page }) => {
      prepare(memory, page);
      markPageLazyfree(page);
      return memory.lruBatches.here().lruLazyfree.read();
    });
    expect(batch).toEqual([]);
  });

  test('leaves a page alone that reclaim has isolated meanwhile', () => {
    const { verdict } = explored(({ machine, memory, page }) => {
      machine.boot(() => addAnonymous(memory, page));
      machine.cpu(0).run('madvise', () => {
        markPageLazyfree(page);
        lruAddDrain(memory);
      });
      machine.cpu(1).run('isolate', () => {
        activatePage(page);
      });
      return () => {
        expect(['active_anon', 'inactive_file', 'active_file']).toContain(listOf(memory, page));
        auditReferences(memory, new Map([[page, 1]]));
      };
    });
    expect(verdict).toBe('verified');
  });
});
