import { expect, test } from 'vitest';
import {
  defaultModel,
  judge,
  loopBoundFlag,
  noExecutionFlag,
  parseLitmus,
  reportText,
} from '../src/index.js';

const loop = (rounds: number): string => `C rounds
{}
P0(int *x) { int i = 0; while (i < ${String(rounds)}) { i = i + 1; } WRITE_ONCE(*x, 1); }
exists (x=1)
`;

test('a loop within its bound is judged whole', () => {
  const within = parseLitmus(loop(2));
  const verdict = judge(within, defaultModel(within.architecture));
  expect(verdict).toMatchObject({ observation: 'Always', flags: [] });
});

test('a verdict that leaves out the runs of a longer loop says so', () => {
  const beyond = parseLitmus(loop(3));
  const verdict = judge(beyond, defaultModel(beyond.architecture));
  expect(verdict.flags).toEqual([loopBoundFlag, noExecutionFlag]);
  expect(reportText(beyond, verdict)).toMatch(/^Flag loop-bound$/m);
});
