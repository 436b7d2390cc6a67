import { expect, test } from 'vitest';
import { explored, registry } from './support/exploring.js';

// A scenario that suddenly has many more executions orders something that it need not.
test.each([
  ['madv-free-dio', 300],
  ['madv-free-dio-async', 500],
  ['madv-free-dio-slow-gup', 300],
  ['madv-free-mapped-twice', 400],
  // do_swap_page() drains the batch that the page waits in, under lru_lock, while reclaim puts it back.
  ['madv-free-dio-batch', 3_000],
  ['madv-free-after-submit', 10_000],
  ['madv-free-dio-two-pages', 30_000],
])('%s has at most %i executions', (scenario, most) => {
  const { executions, blocked } = explored({ scenario, kernel: 'v6.15' });
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
