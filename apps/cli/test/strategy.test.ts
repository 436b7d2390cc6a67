import { describe, expect, it } from 'vitest';
import { strategyOf } from '../src/strategy.js';

describe('a strategy', () => {
  it.each([
    [{}, { kind: 'exhaustive' }],
    [
      { strategy: 'first', timeout: 2 },
      { kind: 'first', maximumMilliseconds: 2000 },
    ],
    [{ bound: 3 }, { kind: 'bounded', bound: 3 }],
    [{ strategy: 'bounded' }, { kind: 'bounded', bound: 2 }],
    [
      { seed: 7, maxExecutions: 10 },
      { kind: 'random', seed: 7, samples: 10_000, depth: 3, maximumExecutions: 10 },
    ],
  ] as const)('%j', (options, strategy) => {
    expect(strategyOf(options)).toEqual(strategy);
  });

  it.each([
    [{ strategy: 'exhaustive', bound: 3 }, '--bound goes with --strategy bounded'],
    [{ bound: 3, seed: 1 }, '--seed goes with --strategy random'],
  ] as const)('is refused where options contradict each other: %j', (options, says) => {
    expect(() => strategyOf(options)).toThrow(says);
  });
});
