import { explore } from '@pagerace/explorer';
import { sc } from '@pagerace/memory-models';
import {
  clearFlush,
  flushAgainstSection,
  load,
  store,
  unmapUnderUser,
} from '@pagerace/pgtable-generic/testing';
import { expect, test } from 'vitest';
import { xtensa } from '../src/index.js';

test.each([
  ['load', load],
  ['store', store],
])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
  const setup = unmapUnderUser(xtensa, use, clearFlush);
  expect(explore(setup, { model: sc })).toMatchObject({ verdict: 'verified' });
});

test('a flush waits for a section with interrupts off', () => {
  expect(explore(flushAgainstSection(xtensa), { model: sc }).verdict).toBe('verified');
});
