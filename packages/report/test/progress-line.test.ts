import { expect, it } from 'vitest';
import { bytes, count, counted, duration, progressLine, remaining, roughly } from '../src/index.js';

const progress = {
  executions: 12_345,
  blocked: 0,
  violating: 0,
  explored: 0.234,
  estimate: { mean: 51_000, low: 48_210, high: 61_730, samples: 200 },
  rate: 45_120,
  milliseconds: 274,
  memory: 85e6,
};

it('says how far it is, how much there will be, and how long that takes', () => {
  expect(progressLine(progress)).toBe(
    '12,345 executions, 45,100/s, of 48,200 to 61,700, 23 % explored, 85 MB, 795 ms to 1.1 s left',
  );
});

it('tells of violations once there are some', () => {
  expect(progressLine({ ...progress, violating: 2 })).toContain('12,345 executions, 2 violating, ');
});

it('does not invent a time while there is no rate', () => {
  expect(remaining({ ...progress, rate: 0 })).toBeUndefined();
  expect(progressLine({ ...progress, rate: 0, executions: 0 })).not.toContain('left');
});

it('fits into the width it is given', () => {
  expect([90, 70, 40, 20].map((width) => progressLine(progress, width))).toEqual([
    '12,345 executions, 45,100/s, of 48,200 to 61,700, 23 % explored, 795 ms to 1.1 s left',
    '12,345 executions, 45,100/s, 23 % explored, 795 ms to 1.1 s left',
    '12,345 executions, 45,100/s',
    '12,345 executions...',
  ]);
  expect(
    progressLine({
      ...progress,
      executions: 1e12,
      rate: 1e6,
      estimate: { mean: 1e15, low: 1e14, high: 1e16, samples: 9 },
    }).length,
  ).toBeLessThanOrEqual(100);
});

it('knows no upper bound where the samples are too few for one', () => {
  const estimate = { mean: 51_000, low: 48_210, high: Infinity, samples: 4 };
  expect(progressLine({ ...progress, estimate })).toMatch(
    /of at least 48,200, .*, at least .* left/,
  );
});

it('writes numbers as people do', () => {
  expect([count(1044), counted(1, 'switch', 'switches'), counted(2, 'switch', 'switches')]).toEqual(
    ['1,044', '1 switch', '2 switches'],
  );
  expect([812, 81_234, 1_254_000, 2.5e9, 3e12, Infinity].map(roughly)).toEqual([
    '812',
    '81,200',
    '1.25 million',
    '2.5 billion',
    '3e+12',
    'unknown',
  ]);
  expect([300, 12_000, 180_000, 9_000_000, 4 * 86_400_000, 1e12].map(duration)).toEqual([
    '300 ms',
    '12 s',
    '3 min',
    '2.5 h',
    '4 days',
    '32 years',
  ]);
  expect([85e6, 1.2e9].map(bytes)).toEqual(['85 MB', '1.2 GB']);
});
