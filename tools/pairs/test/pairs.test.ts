import { describe, expect, test } from 'vitest';
import { explorePair, nameOf, pairs } from '../src/exploring.js';
import { explanations } from '../src/explanations.js';
import { faultsOf, NEWEST, toldInShort } from '../src/judging.js';
import { operations } from '../src/operations.js';
import { startStates } from '../src/start-states.js';

const bounds = { executions: 50, time: Infinity };

const pairOf = (state: string, name: string) =>
  pairs.find((pair) => pair.state.id === state && nameOf(pair) === name)!;

describe('a sample of the pairs', () => {
  test.each([
    ['swapped', 'load | load', 'x86'],
    ['swapped+shared/child', 'load | store', 'x86'],
    ['lazyfree', 'munmap | reclaim', 'x86'],
    ['huge+shared', 'store | split', 'x86'],
    ['dirty', 'load | munmap', 'arm64'],
  ])('%s: %s on %s ends in no fault', (state, name, architecture) => {
    const platform = { kernel: NEWEST, architecture };
    expect(faultsOf(explorePair(pairOf(state, name), platform, bounds))).toEqual([]);
  });

  test.each(startStates.map(({ id }) => id))('the state %s can be made', (state) => {
    const platform = { kernel: NEWEST, architecture: 'arm64' };
    const one = { ...bounds, executions: 1 };
    const { result } = explorePair(pairOf(state, 'load | load'), platform, one);
    expect(result.error).toBeUndefined();
  });
});

test('a known race comes back by itself, and only the newest kernel must be without', () => {
  const explored = explorePair(
    pairOf('lazyfree', 'dio-read | reclaim'),
    { kernel: 'v5.17-rc2', architecture: 'x86' },
    { ...bounds, executions: 500 },
  );
  expect(toldInShort(explored)).toBe('✗ no-lost-write');
  expect(faultsOf(explored)).toEqual([]);
  const newest = { ...explored, platform: { kernel: NEWEST, architecture: 'x86' } };
  expect(faultsOf(newest).join()).toContain('no-lost-write');
});

test('every explanation names what there is', () => {
  for (const { pair, states } of explanations) {
    expect(operations.map(({ id }) => id)).toEqual(expect.arrayContaining([...pair]));
    expect(startStates.map(({ id }) => id)).toEqual(expect.arrayContaining([...states]));
  }
});
