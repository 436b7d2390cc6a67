import { explore, type Setup } from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import {
  clearFlush,
  flushAgainstSection,
  load,
  sitesMet,
  store,
  unmapUnderUser,
} from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { loongarch } from '../src/index.js';

test.each([
  ['load', load],
  ['store', store],
])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
  for (const model of [sc, tso]) {
    const setup = unmapUnderUser(loongarch, use, clearFlush);
    expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
  }
});

test('a flush waits for a section with interrupts off', () => {
  expect(explore(flushAgainstSection(loongarch), { model: sc }).verdict).toBe('verified');
});

test('nothing but the interrupt orders a cleared entry', () => {
  const underSc = (setup: Setup): unknown => explore(setup, { model: sc });
  expect(sitesMet(loongarch, clearFlush, underSc)).toEqual([]);
});
