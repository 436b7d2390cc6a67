import { compareReleases, type Release } from '@pagerace/history';
import {
  lruAddDrain,
  lruCacheAdd,
  type Page,
  pageCount,
  pageMapcount,
  putPage,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import {
  ANON_REUSE_RULE,
  cowHistories,
  LookBeforeReference,
  ReferenceBeforeLook,
} from '../src/index.js';
import { onceIn } from './system.js';

/** The forms of the functions in a release, one for each history. */
const row = (release: Release): readonly (string | undefined)[] =>
  cowHistories.map(
    ({ variants }) =>
      variants.findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
        ?.name,
  );

// The six-row table of vintages, without V1 and V5, whose rules are GUP's alone.
test.each([
  ['v5.6', 'ReuseByMapCount', 'ReuseHugeByMapCount', 'DupPinned', 'NeverUnshare', 'UnorderedPin'],
  [
    'v5.9',
    'ReuseByPageCount',
    'ReuseHugeByMapCount',
    'LookBeforeReference',
    'NeverUnshare',
    'UnorderedPin',
  ],
  [
    'v5.18',
    'ReuseBySingleReference',
    'ReuseHugeBySingleReference',
    'LookBeforeReference',
    'NeverUnshare',
    'UnorderedPin',
  ],
  [
    'v5.19',
    'RestoreExclusive',
    'ReuseHugeIfExclusive',
    'ReferenceBeforeLook',
    'UnshareUnlessExclusive',
    'UnorderedPin',
  ],
  [
    'v6.1',
    'RestoreExclusive',
    'ReuseHugeIfExclusive',
    'ReferenceBeforeLook',
    'OrderedUnshare',
    'OrderedPin',
  ],
] as const)('%s reuses, duplicates and unshares by the rules of its time', (release, ...rules) => {
  expect(row(release)).toEqual(rules);
});

describe('fork’s rule of duplication', () => {
  test.each([LookBeforeReference, ReferenceBeforeLook])(
    '%o counts the mapping after its reference',
    (Rule) => {
      const seen = onceIn('v5.18', ({ rmap, vma, page }) => {
        let atMapping: readonly number[] = [];
        for (const name of ['pageDupRmap', 'pageTryDupAnonRmap'] as const) {
          const original = rmap[name].bind(rmap) as (...args: unknown[]) => unknown;
          rmap[name] = ((one: Page, ...args: unknown[]) => {
            atMapping = [pageCount(one), pageMapcount(one)];
            return original(one, ...args);
          }) as never;
        }
        const isShared = new Rule(rmap).tryDup(page, false, vma);
        return [isShared, atMapping[0], pageMapcount(page)];
      });
      expect(seen).toEqual([true, 2, 2]);
    },
  );
});

test.each([
  ['v5.17', true, 2],
  ['v5.18', true, 1],
  ['v5.18', false, 2],
  ['v5.19', true, 1],
  ['v5.19', false, 2],
] as const)(
  'in %s a swap-in that writes (%s) drains the LRU batch, which has a reference of its own, or not',
  (release, writes, references) => {
    const seen = onceIn(release, ({ wiring, memory }) => {
      const page = memory.allocator.allocZeroedPage();
      lruCacheAdd(page);
      wiring.get(ANON_REUSE_RULE).beforeSwapIn(page, writes);
      const count = pageCount(page);
      lruAddDrain(memory);
      putPage(page);
      return count;
    });
    expect(seen).toBe(references);
  },
);
