import { expect, test } from 'vitest';
import {
  defaultModel,
  judge,
  loopBoundFlag,
  noExecutionFlag,
  parseLitmus,
  reportText,
} from '../src/index.js';

/** A loop that ends when it has written so often; it asks memory how often that is. */
const loop = (rounds: number): string => `C rounds
{}
P0(int *x) { while (READ_ONCE(*x) < ${String(rounds)}) { atomic_inc(x); } }
exists (x=${String(rounds)})
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

test('a loop that counts is not bounded like that', () => {
  const counting = parseLitmus(
    'C count\n{}\nP0(int *x) { for (int i = 0; i < 9; i++) atomic_inc(x); }\nexists (x=9)',
  );
  const verdict = judge(counting, defaultModel(counting.architecture));
  expect(verdict).toMatchObject({ observation: 'Always', flags: [] });
  const endless = parseLitmus('C T\n{}\nP0(int *x) { for (;;) r0 = READ_ONCE(*x); }\nexists (x=9)');
  expect(judge(endless, defaultModel('C')).flags).toContain(loopBoundFlag);
});
