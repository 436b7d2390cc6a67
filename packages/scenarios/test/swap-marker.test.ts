import { expect, test } from 'vitest';
import { explored, violatedBy } from './support/exploring.js';

// B1 of the review's walk-through is a matter of both: the kernel, and the bit of the architecture.
test.each([
  ['v5.18', 'x86', ['I-COH & I-DIO']],
  ['v5.18+try-dup-anon-rmap+anon-exclusive', 'x86', ['I-COH & I-DIO']],
  ['v5.19^swp-exclusive', 'x86', ['I-COH & I-DIO']],
  ['v5.19^x86-pte-swp-exclusive', 'x86', ['I-COH & I-DIO']],
  ['v5.19^swp-exclusive+swp-exclusive-v2', 'x86', []],
  ['v5.19', 'x86', []],
  ['v5.19', 'riscv', ['I-COH & I-DIO']],
  ['v6.3', 'riscv', []],
  ['v6.2', 'x86-32', ['I-COH & I-DIO']],
  ['v6.3', 'x86-32', []],
  ['v6.3^x86-32-pte-swp-exclusive', 'x86-32-pae', ['I-COH & I-DIO']],
])('a direct read is lost to swap-out on %s, %s: %s', (kernel, architecture, expected) => {
  const scenario = 'swap-exclusive-refault';
  expect(violatedBy({ scenario, kernel, architecture, model: 'sc' })).toEqual(expected);
});

// A fault holds mmap_lock for reading, and fork for writing.
test('a swap-in does not go by a marker that fork has cleared', () => {
  const scenario = 'swap-exclusive-fork-swap-in';
  expect(violatedBy({ scenario, kernel: 'v5.19', model: 'sc' })).toEqual([]);
});

test('PG_anon_exclusive is refused without the function that fork clears it by', () => {
  const choice = { scenario: 'swap-exclusive-fork', kernel: 'v5.18+anon-exclusive' };
  expect(() => explored(choice)).toThrow('lacks try-dup-anon-rmap');
});

// do_swap_page() of v5.18 gives the slot up before it changes the entry (c145e0b47c77).
test.each(['v5.18', 'v5.19'])(
  'a fault that finds its slot given up waits for the entry, on %s',
  (kernel) => {
    const { verdict, complete } = explored({
      scenario: 'swap-exclusive-two-faults',
      kernel,
      model: 'sc',
    });
    expect({ verdict, complete }).toEqual({ verdict: 'verified', complete: true });
  },
);
