import { describe, expect, test } from 'vitest';
import { violatedBy } from './support/exploring.js';

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
