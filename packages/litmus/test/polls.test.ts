import { describe, expect, it } from 'vitest';

import { limitOf } from '../src/execution/limit.js';
import { allRuns } from '../src/execution/runs.js';
import { judge, LimitReached, type LitmusTest, modelNamed, parseLitmus } from '../src/index.js';

/*
 * One thread writes 1 to n, two others read n times: each of them reads one of the C(2n, n) sequences that
 * never go back. What is kept may not grow with them.
 */

const lkmm = modelNamed('lkmm');
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function polls(n: number, condition: string): LitmusTest {
  const writes = numbers(n).map((i) => `WRITE_ONCE(*x, ${String(i + 1)});`);
  const reads = numbers(n).map((i) => `r${String(i)} = READ_ONCE(*x);`);
  const threads = [writes, reads, reads].map(
    (code, thread) => `P${String(thread)}(int *x) { ${code.join(' ')} }`,
  );
  return parseLitmus(`C polls${String(n)}\n{}\n${threads.join('\n')}\nexists (${condition})`);
}

/** The verdict, and how often the model was asked for it. */
function asked(test: LitmusTest): { observation: string; times: number } {
  let times = 0;
  const check: typeof lkmm.check = (execution) => {
    times++;
    return lkmm.check(execution);
  };
  const { observation } = judge(test, { ...lkmm, check }, { verdictOnly: true });
  return { observation, times };
}

describe('threads that poll one variable', () => {
  it.each([7, 20])('have one run each, however many values %i reads may return', (n) => {
    const test = polls(n, '1:r0=1');
    const { runs } = allRuns(test.threads, test.initial, limitOf({}));
    expect(runs.map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('are judged with all their executions', () => {
    expect(judge(polls(3, '1:r0=3 /\\ 2:r2=0'), lkmm)).toMatchObject({
      observation: 'Sometimes',
      positive: 1,
      negative: 20 ** 2 - 1,
    });
    const { positive, negative, states } = judge(polls(5, '1:r0=5 /\\ 2:r4=0'), lkmm);
    expect([positive, negative]).toEqual([1, 252 ** 2 - 1]);
    expect(states).toHaveLength(36);
  });

  it.each([
    ['1:r0=7 /\\ 2:r6=0', 7, 'Sometimes'],
    ['1:r6=0 /\\ 2:r6=0', 7, 'Sometimes'],
    ['1:r0=20 /\\ 2:r19=0', 20, 'Sometimes'],
    [
      numbers(10)
        .map((i) => `1:r${String(i)}=${String(i)}`)
        .join(' /\\ '),
      10,
      'Sometimes',
    ],
    ['1:r3=4 /\\ 1:r6=3', 7, 'Never'],
  ] as const)('have a witness of %s within a few steps', (condition, n, expected) => {
    const { observation, times } = asked(polls(n, condition));
    expect(observation).toBe(expected);
    expect(times).toBeLessThan(8 * n);
  });

  it('choose what a way, an address or a write depends on', () => {
    const test = parseLitmus(`C mixed
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2); }
P1(int *x, int *y)
{
	r0 = READ_ONCE(*x);
	r1 = READ_ONCE(*x);
	WRITE_ONCE(*y, r1);
	r2 = READ_ONCE(*x);
	if (r2 == 2) WRITE_ONCE(*y, 3);
}
locations [1:r0; 1:r1; 1:r2]
exists (y=3)`);
    const { runs } = allRuns(test.threads, test.initial, limitOf({}));
    expect(runs.map(({ length }) => length)).toEqual([1, 9]);
    // Sequences that never go back: 10 of three reads and three values; y is 3 where the last is 2.
    const { positive, negative, states } = judge(test, lkmm);
    expect([positive, negative]).toEqual([6, 4]);
    expect(states).toHaveLength(10);
  });
});

describe('a thread of many writes', () => {
  const test = parseLitmus(
    `C many\n{}\nP0(int *x) { ${numbers(400)
      .map((i) => `WRITE_ONCE(*x, ${String(i + 1)});`)
      .join(' ')} }\nexists (x=400)`,
  );

  it('has one order of them', () => {
    expect(judge(test, lkmm)).toMatchObject({ observation: 'Always', positive: 1, negative: 0 });
  });

  it('is given up while they are put in order, once time is over', () => {
    let ticks = 0;
    // Each look at the clock is one tick: only what looks at it for each write comes this far.
    expect(() => judge(test, lkmm, { timeLimit: 1000, now: () => ticks++ })).toThrow(LimitReached);
  });
});
