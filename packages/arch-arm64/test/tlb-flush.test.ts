import { explore, type Setup } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import type { TlbRange } from '@pagerace/page-model';
import type { Translations } from '@pagerace/pgtable-generic';
import {
  clearDeferred,
  clearFlush,
  flushAgainstSection,
  load,
  type OnePage,
  sitesMet,
  store,
  unmapUnderUser,
  withOnePage,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { arm64, arm64Deferred, Arm64TlbFlush } from '../src/index.js';

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

test('the flush of a page leaves the walk cache alone, that of a range does not', () => {
  const seen: (boolean | undefined)[] = [];
  const translations = {
    invalidate: (_instruction: string, _cpus: unknown, range: TlbRange) =>
      seen.push(range.lastLevelOnly),
  } as unknown as Translations;
  const setup = withOnePage(arm64, ({ machine, mm, address }) => {
    machine.cpu(0).run('flush', () => {
      const flush = new Arm64TlbFlush(translations);
      flush.flushTlbPage(mm, address);
      flush.flushTlbRange(mm, address, address + 2 * mm.memory.pageSize);
    });
    return undefined;
  });
  explore(setup, { model: sc });
  expect(seen.slice(-2)).toEqual([true, undefined]);
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
