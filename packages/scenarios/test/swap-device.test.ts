import { explore } from '@pagerace/explorer';
import { describe, expect, test } from 'vitest';
import { compose, violatedBy } from './support/exploring.js';

describe('a store while a device writes the page (B12)', () => {
  const scenario = 'swap-exclusive-stable-writeback';
  const v2 = 'v5.19^swp-exclusive+swp-exclusive-v2';

  test.each([
    ['load', v2, ['I-STABLE']],
    ['store', v2, ['I-STABLE']],
    ['load', 'v5.8', []],
    ['store', 'v5.8', []],
    ['load', 'v5.19', []],
  ])('%s first, %s', (first, kernel, expected) => {
    const parameters = { first };
    expect(violatedBy({ scenario, kernel, model: 'sc', parameters })).toEqual(expected);
  });

  // zram has no window, writeback on and unlocked, while there is rw_page().
  test.each([
    ['v5.19^swp-exclusive+swp-exclusive-v2', []],
    ['v6.3^swp-exclusive+swp-exclusive-v2', ['I-STABLE']],
    ['v6.3', []],
  ])('zram, %s', (kernel, expected) => {
    const parameters = { device: 'zram' };
    expect(violatedBy({ scenario, kernel, model: 'sc', parameters })).toEqual(expected);
  });
});

// 13ddaf26be32 (v6.8).
test('two threads that read a slot in, which is given out again, lose a store (B21)', () => {
  const scenario = 'swap-exclusive-slot-reuse';
  const { setup, model } = compose({ scenario, kernel: 'v5.18', model: 'sc' });
  const { verdict, violations } = explore(setup, { model, strategy: 'first violation' });
  expect(verdict).toBe('violated');
  expect(violations.map(({ property }) => property)).toEqual(['I-OWN']);
});

// The message of 2799e77529c2 (v5.14): a page that comes in through the swap cache was safe before.
test.each([
  ['swap-exclusive-swapoff-swap-in', 'v5.2', ['use-after-free']],
  ['swap-exclusive-swapoff-swap-in', 'v5.3', []],
  ['swap-exclusive-swapoff-synchronous', 'v5.13', ['use-after-free']],
])('%s (B47), %s', (scenario, kernel, expected) => {
  expect(violatedBy({ scenario, kernel, model: 'sc' })).toEqual(expected);
});
