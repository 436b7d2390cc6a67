import { describe, expect, it } from 'vitest';

import { judge, modelNamed, parseLitmus } from '../src/index.js';

/*
 * Tests of few locations and many accesses, whose executions can be counted by hand: an unordered set of
 * increments may come in any order that keeps each thread's own.
 */

function counts(condition: string, ...threads: readonly string[]) {
  const code = threads.map((body, i) => `P${String(i)}(int *x, int *y) { ${body} }`);
  const test = parseLitmus(`C dense\n{}\n${code.join('\n')}\nexists (${condition})`);
  const { observation, positive, negative } = judge(test, modelNamed('lkmm'));
  const alone = judge(test, modelNamed('lkmm'), { verdictOnly: true });
  expect(alone.observation).toBe(observation);
  return { observation, positive, negative };
}

const times = (threads: number, body: (thread: number) => string): string[] =>
  Array.from({ length: threads }, (_, thread) => body(thread));

describe('every execution is found once, where threads', () => {
  it('increment twice each, four of them: 8! / 2!^4 orders', () => {
    const twice = times(4, () => 'atomic_inc(x); atomic_inc(x);');
    expect(counts('x=8', ...twice)).toEqual({ observation: 'Always', positive: 2520, negative: 0 });
    const returning = times(4, () => 'r0 = atomic_inc_return(x); r1 = atomic_inc_return(x);');
    // The first of a thread is the seventh, and so the second the eighth: 6! / 2!^3.
    expect(counts('0:r0=7', ...returning)).toEqual({
      observation: 'Sometimes',
      positive: 90,
      negative: 2430,
    });
  });

  it('increment two counters each, four of them: 4! orders of each', () => {
    const both = times(4, () => 'atomic_inc(x); atomic_inc(y);');
    expect(counts('x=4 /\\ y=4', ...both)).toMatchObject({ positive: 576, negative: 0 });
  });

  it('write and read three times, three of them: each reads on from its own write', () => {
    // A write with k - 1 behind it: its thread reads three of k, none before one that it has read.
    const reads = 'r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); r2 = READ_ONCE(*x);';
    const { positive, negative } = counts(
      '0:r0=2 /\\ 1:r0=3',
      ...times(3, (thread) => `WRITE_ONCE(*x, ${String(thread + 1)}); ${reads}`),
    );
    expect(positive + negative).toBe(6 * 1 * 4 * 10);
  });
});

describe('up and down', () => {
  it('lets a value come back', () => {
    const code = [
      'r0 = atomic_inc_return(x);',
      'r0 = atomic_dec_return(x);',
      'r0 = READ_ONCE(*x);',
    ];
    // 0 1 0 or 0 -1 0; the reader sees any of the three writes.
    expect(counts('2:r0=0', ...code)).toEqual({
      observation: 'Sometimes',
      positive: 4,
      negative: 2,
    });
  });

  it('tells writes of one value apart', () => {
    expect(counts('x=1', 'WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*x, 1);')).toMatchObject({
      positive: 2,
    });
    expect(
      counts(
        '1:r0=0 /\\ 1:r1=1',
        'WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 0);',
        'r0 = READ_ONCE(*x); r1 = READ_ONCE(*x);',
      ),
    ).toMatchObject({ positive: 1, negative: 5 });
  });
});
