import { cell, choose, estimate, expectedSize, explore, type Setup } from '../src/index.js';
import { expect, it } from 'vitest';
import { sc } from './models.js';

/** Few descents get to the bottom, where nearly all executions are. */
const lopsided: Setup = () => {
  const x = cell(0, 'x');
  return {
    threads: [
      () => {
        for (let level = 0; level < 10; level++) if (choose(2) === 0) return;
        x.write(choose(1000));
      },
    ],
  };
};

it('has a lower bound that holds, also where one descent outweighs all others', () => {
  const { executions } = explore(lopsided, { model: sc });
  expect(executions).toBe(1010);
  for (let seed = 1; seed <= 20; seed++) {
    const { low } = estimate(lopsided, { model: sc, seed, samples: 400 });
    expect(low).toBeGreaterThan(2);
    expect(low).toBeLessThanOrEqual(executions);
  }
});

it('has no upper bound from fewer samples than it takes for one', () => {
  const highs = [1, 4, 5].map((samples) => estimate(lopsided, { model: sc, samples }).high);
  expect(highs.map(Number.isFinite)).toEqual([false, false, true]);
  const sampled = estimate(lopsided, { model: sc, samples: 1 });
  expect(sampled.low).toBe(1);
  expect(expectedSize(sampled, 30, 0.25)).toMatchObject({ low: 30.75, high: Infinity });
  expect(expectedSize(sampled, 1010, 1)).toMatchObject({ low: 1010, high: 1010 });
});

it('is put right by what was explored', () => {
  const sampled = { mean: 100, low: 80, high: 120, samples: 400 };
  expect(expectedSize(sampled, 30, 0.25)).toEqual({ mean: 105, low: 90, high: 120, samples: 400 });
  expect(expectedSize(sampled, 500, 0.25)).toEqual({
    mean: 2000,
    low: 500,
    high: 2000,
    samples: 400,
  });
  expect(expectedSize(sampled, 1010, 1).mean).toBe(1010);
});
