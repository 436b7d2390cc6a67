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

// Cover letter of the COW fixes, part 3: no goal is fork() after GUP with FOLL_GET, nor R/O FOLL_GET.
test.each([
  ['swap-exclusive-fork', 'v5.17', ['I-DIO-FORK']],
  ['swap-exclusive-fork', 'v6.15', ['I-DIO-FORK']],
  ['swap-exclusive-fork-swapped', 'v6.15', ['I-DIO-FORK']],
  ['swap-exclusive-direct-write', 'v5.17', []],
  ['swap-exclusive-direct-write', 'v5.18', ['I-COH-READ']],
  ['swap-exclusive-direct-write', 'v5.19', []],
])('%s on %s is no violation, and observes %j', (scenario, kernel, expected) => {
  const { verdict, observations = [] } = explored({ scenario, kernel, model: 'sc' });
  expect(verdict).toBe('verified');
  expect(observations.map(({ property }) => property)).toEqual(expected);
});

// B35: the fork was before the reference was taken, so that the contract holds.
test.each([
  ['v5.8', []],
  ['v5.18', ['I-COH', 'I-COH & I-DIO']],
  ['v5.19^swp-exclusive', ['I-COH', 'I-COH & I-DIO']],
  ['v5.19', []],
])('the copy that a process got after a fork is its own on %s: %s', (kernel, expected) => {
  const scenario = 'swap-exclusive-last-of-two';
  expect(violatedBy({ scenario, kernel, model: 'sc' })).toEqual(expected);
});

// The marker is dropped under writeback, and UFFDIO_MOVE wants it (B18).
test('UFFDIO_MOVE may say -EBUSY of a page that came back under writeback', () => {
  const scenario = 'swap-exclusive-uffdio-move';
  expect(explored({ scenario, kernel: 'v6.7', model: 'sc' }).verdict).toBe('vacuous');
  const { verdict, executions, observations } = explored({ scenario, kernel: 'v6.8', model: 'sc' });
  expect(verdict).toBe('verified');
  expect(observations).toMatchObject([{ property: 'I-MOVE' }]);
  expect(observations![0]!.executions).toBeLessThan(executions);
});
