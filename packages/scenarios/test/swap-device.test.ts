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

// B38 and B38v2: the driver gets a page for writing while the swap device reads it.
test.each([
  ['v5.19^swp-exclusive+swp-exclusive-v2', 'checksumming-disk', ['I-STABLE']],
  ['v5.19', 'checksumming-disk', []],
  ['v5.19^swp-exclusive+swp-exclusive-v2', 'zram', []],
  ['v6.3^swp-exclusive+swp-exclusive-v2', 'zram', ['I-STABLE']],
  ['v6.3', 'zram', []],
])('GUP under writeback on %s, %s: %s', (kernel, device, expected) => {
  const scenario = 'swap-exclusive-gup-under-writeback';
  const parameters = { device };
  expect(violatedBy({ scenario, kernel, model: 'sc', parameters })).toEqual(expected);
});

// B37: the store comes when the marker is gone already.
test.each([
  ['v5.19^swp-exclusive+swp-exclusive-v2', ['I-STABLE']],
  ['v5.19', []],
])('a load before the store and another swap-out on %s: %s', (kernel, expected) => {
  const scenario = 'swap-exclusive-stable-read-first';
  expect(violatedBy({ scenario, kernel, model: 'sc' })).toEqual(expected);
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
