import { explore, type Setup } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
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
} from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { riscv } from '../src/index.js';

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

test.each([
  ['young', undefined],
  ['old', lazyfree],
])('reclaim that clears a %s entry sees the reference of GUP-fast', (_state, prepare) => {
  const { verdict } = explore(clearAgainstGup(riscv, atOnce, prepare), { model: tso });
  expect(verdict).toBe('verified');
});

test('a flush does not wait for a section with interrupts off', () => {
  const { violations } = explore(flushAgainstSection(riscv), { model: sc });
  expect(violations.map(({ property }) => property)).toEqual(['overtaken']);
});
