import { explore, type Setup } from '@pagerace/explorer';
import { dropped, OrderingSites } from '@pagerace/machine';
import { riscv as riscvModel, sc, tso } from '@pagerace/memory-models';
import type { TlbRange } from '@pagerace/page-model';
import type { Translations } from '@pagerace/pgtable-generic';
import {
  atOnce,
  clearAgainstGup,
  clearFlush,
  flushAgainstSection,
  lazyfree,
  load,
  sitesMet,
  store,
  unmapUnderUser,
  withOnePage,
} from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { riscv, RiscvTlbFlush } from '../src/index.js';

const underSc = (setup: Setup): unknown => explore(setup, { model: sc });

test.each([
  ['load', load],
  ['store', store],
])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
  for (const model of [sc, tso]) {
    const setup = unmapUnderUser(riscv, use, clearFlush);
    expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
  }
});

test('the exchange is all that orders a cleared entry', () => {
  expect(sitesMet(riscv, clearFlush, underSc)).toEqual([
    'arch/riscv/include/asm/pgtable.h:ptep_get_and_clear:xchg',
  ]);
});

test('reclaim that clears an entry sees the reference of GUP-fast by nothing but the exchange', () => {
  const overtaken = (orderingSites: OrderingSites): boolean => {
    const setup = clearAgainstGup(riscv, atOnce, lazyfree, { orderingSites });
    const { violations } = explore(setup, { model: riscvModel });
    expect(orderingSites.unmet).toEqual([]);
    return violations.some(({ property }) => property === 'overtaken');
  };
  const exchange = 'arch/riscv/include/asm/pgtable.h:ptep_get_and_clear:xchg';
  expect(overtaken(new OrderingSites())).toBe(false);
  expect(overtaken(new OrderingSites([[exchange, dropped]]))).toBe(true);
});

test('a flush by address leaves the walk cache alone, another one of a range does not', () => {
  const seen: (boolean | undefined)[] = [];
  const translations = {
    invalidate: (_instruction: string, _cpus: unknown, range: TlbRange) =>
      seen.push(range.lastLevelOnly),
  } as unknown as Translations;
  const setup = withOnePage(riscv, ({ machine, mm, address }) => {
    machine.cpu(0).run('flush', () => {
      const flush = new RiscvTlbFlush(translations);
      flush.flushTlbPage(mm, address);
      flush.flushTlbRange(mm, address, address + 2 * mm.memory.pageSize, true);
      flush.flushTlbRange(mm, address, address + 2 * mm.memory.pageSize);
    });
    return undefined;
  });
  underSc(setup);
  expect(seen.slice(-3)).toEqual([true, true, false]);
});

test('a flush does not wait for a section with interrupts off', () => {
  const { violations } = explore(flushAgainstSection(riscv), { model: sc });
  expect(violations.map(({ property }) => property)).toEqual(['overtaken']);
});
