import { explore } from '@pagerace/explorer';
import { lkmm, sc, tso } from '@pagerace/memory-models';
import {
  atOnce,
  clearAgainstGup,
  clearFlush,
  flushAgainstSection,
  lazyfree,
  load,
  store,
  unmapUnderUser,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { mips, mipsMmid } from '../src/index.js';

describe.each([mips, mipsMmid])('$id', (architecture) => {
  test.each([
    ['load', load],
    ['store', store],
  ])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
    for (const model of [sc, tso]) {
      const setup = unmapUnderUser(architecture, use, clearFlush);
      expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
    }
  });
});

test('by interrupt a flush waits for a section with interrupts off, by GINVT it does not', () => {
  expect(explore(flushAgainstSection(mips), { model: sc }).verdict).toBe('verified');
  const { violations } = explore(flushAgainstSection(mipsMmid), { model: sc });
  expect(violations.map(({ property }) => property)).toEqual(['overtaken']);
});

test('nothing orders an entry that is cleared before the reference count by GINVT', () => {
  const setup = clearAgainstGup(mipsMmid, atOnce, lazyfree);
  const { violations } = explore(setup, { model: lkmm });
  expect(violations.map(({ property }) => property)).toContain('overtaken');
});
