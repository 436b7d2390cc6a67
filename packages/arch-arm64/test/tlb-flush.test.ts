import { explore, type Setup } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import {
  clearDeferred,
  clearFlush,
  flushAgainstSection,
  load,
  type OnePage,
  sitesMet,
  store,
  unmapUnderUser,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { arm64, arm64Deferred } from '../src/index.js';

describe('a user access while its page is unmapped and freed', () => {
  test.each([
    ['load', 'arm64', load, arm64, clearFlush],
    ['store', 'arm64', store, arm64, clearFlush],
    ['load', 'arm64-deferred', load, arm64Deferred, clearDeferred],
    ['store', 'arm64-deferred', store, arm64Deferred, clearDeferred],
  ] as const)('a %s on %s comes before or after', (_access, _id, use, architecture, unmap) => {
    for (const model of [sc, tso]) {
      const setup = unmapUnderUser(architecture, use, unmap);
      expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
    }
  });

  test('a store is a use after free if the deferred flush never comes', () => {
    const forgetful = (process: OnePage): void => {
      clearDeferred({
        ...process,
        tlb: { ...process.tlb, shouldDefer: () => true, addToBatch() {}, flushBatch() {} },
      });
    };
    const result = explore(unmapUnderUser(arm64Deferred, store, forgetful), { model: sc });
    expect(result.violations.map(({ property }) => property)).toContain('use-after-free');
  });
});

const all = (setup: Setup): unknown => explore(setup, { model: sc });

test('what orders a cleared entry', () => {
  expect(sitesMet(arm64, clearFlush, all)).toEqual([
    'arch/arm64/include/asm/tlbflush.h:flush_tlb_page:dsb(ish)',
    'arch/arm64/include/asm/tlbflush.h:flush_tlb_page_nosync:dsb(ishst)',
  ]);
  expect(sitesMet(arm64Deferred, clearDeferred, all)).toEqual([
    'arch/arm64/include/asm/tlbflush.h:__flush_tlb_page_nosync:dsb(ishst)',
    'arch/arm64/include/asm/tlbflush.h:arch_tlbbatch_flush:dsb(ish)',
  ]);
});

test.each([arm64, arm64Deferred])(
  'on $id a flush does not wait for interrupts to be on',
  (architecture) => {
    const { violations } = explore(flushAgainstSection(architecture), { model: sc });
    expect(violations.map(({ property }) => property)).toEqual(['overtaken']);
  },
);
