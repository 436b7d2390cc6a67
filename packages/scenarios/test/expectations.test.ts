import type { Result } from '@pagerace/explorer';
import { expectationOf } from '@pagerace/kernel';
import { describe, expect, test } from 'vitest';
import { explored, registry } from './support/exploring.js';

/** Scenarios with thousands of executions: there a few kernels must do. */
const large = [
  'file-gup-dio',
  'file-gup-fsync-twice',
  'file-gup-read-only',
  'madv-free-after-submit',
  'madv-free-dio-batch',
  'madv-free-dio-two-pages',
  'stale-tlb-deferred-flush',
  'swap-exclusive-stable-writeback',
  'swap-exclusive-swapoff-swap-in',
  'swap-exclusive-swapoff-synchronous',
  'swap-exclusive-stable-read-first',
  'swap-exclusive-dirty-in-cache',
  'swap-exclusive-stale-translation',
  'swap-exclusive-synchronous',
  'swap-exclusive-writeback',
  'swap-exclusive-migration-unmapped',
  'file-gup-notifier',
  'file-gup-notifier-sleeping',
];

/** Not explored whole: a thread is cut off before the fix. The tests of swap devices look for its first violation. */
const endless = ['swap-exclusive-slot-reuse'];

const kernels = [...registry.kernels.map(({ id }) => id), 'v5.17-rc2+madv-free-refcount-check'];

/** The most executions that a scenario may have on the newest kernel. */
const sizes: readonly (readonly [scenario: string, most: number])[] = [
  ['madv-free-dio', 300],
  ['madv-free-dio-async', 500],
  ['madv-free-dio-slow-gup', 300],
  ['madv-free-mapped-twice', 400],
  // do_swap_page() drains the batch that the page waits in, under lru_lock, while reclaim puts it back.
  ['madv-free-dio-batch', 3_000],
  ['madv-free-after-submit', 10_000],
  ['madv-free-dio-two-pages', 30_000],
];
const newest = 'v6.15';

/** What was explored of scenarios whose size is asked for, too. */
const results = new Map<string, Result>();

function exploredOnce(scenario: string, kernel: string, model: string): Result {
  const isSized = kernel === newest && model === 'tso' && sizes.some(([id]) => id === scenario);
  const result = results.get(scenario);
  if (isSized && result !== undefined) return result;
  const fresh = explored({ scenario, kernel, model });
  if (isSized) results.set(scenario, fresh);
  return fresh;
}

describe.each(registry.scenarios)('$id', (scenario) => {
  const isLarge = large.includes(scenario.id);
  const tested = endless.includes(scenario.id) ? [] : isLarge ? ['v5.17-rc2', newest] : kernels;
  const models = isLarge ? ['tso'] : ['sc', 'tso'];
  const stated = tested.flatMap((kernel) => {
    const expectation = expectationOf(scenario, registry.kernel(kernel), 'x86');
    return expectation === undefined ? [] : [{ kernel, expectation }];
  });

  test('says what it is about', () => {
    expect(scenario.description.length).toBeGreaterThan(80);
    expect(scenario.properties.map(({ id }) => id)).toContain('I-REF');
  });

  // What goes wrong on one architecture alone may leave the choice to the reader.
  const onOneAlone = scenario.id === 'gup-fast-munmap';
  const wrong = scenario.expected.filter(({ verdict }) => verdict === 'violated');
  test.runIf(wrong.length > 0 && !onOneAlone)('goes wrong where no architecture is named', () => {
    const { defaultArchitecture = 'x86' } = scenario;
    const where = wrong.map(({ architectures = [defaultArchitecture] }) => architectures);
    expect(where.flat()).toContain(defaultArchitecture);
  });

  test.runIf(stated.length > 0)('shows what it expects', () => {
    for (const { kernel, expectation } of stated) {
      for (const model of models) {
        const result = exploredOnce(scenario.id, kernel, model);
        const what = `${kernel}, ${model}: ${result.covers}`;
        expect(result.verdict, what).toBe(expectation.verdict);
        expect(result.complete, what).toBe(true);
        const properties = new Set(result.violations.map(({ property }) => property));
        expect([...properties].sort(), what).toEqual(expectation.properties ?? []);
      }
    }
  });
});

// A scenario that suddenly has many more executions orders something that it need not.
test.each(sizes)('%s has at most %i executions', (scenario, most) => {
  const { executions, blocked } = exploredOnce(scenario, newest, 'tso');
  expect(executions).toBeLessThanOrEqual(most);
  expect(blocked).toBe(0);
});

test('there is a scenario for each letter of the table', () => {
  const letters = registry.scenarios.map(({ title }) => /^A\d+/.exec(title)?.[0]);
  // A16 is A0 without a barrier.
  expect(letters.filter((letter) => letter !== undefined)).toEqual([
    ...Array.from({ length: 16 }, (_, nth) => `A${String(nth)}`),
    'A17',
  ]);
});

test('the swap-exclusive family stands in one place, in the order of its numbers', () => {
  const titles = registry.scenarios
    .map(({ id, title }) => (id.startsWith('swap-exclusive-') ? title : ''))
    .join('\n')
    .trim()
    .split('\n');
  const numbers = titles.map((title) => Number(/^B(\d+)/.exec(title)?.[1]));
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
});
