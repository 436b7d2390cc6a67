import { describe, expect, it } from 'vitest';

import { judge, type JudgeOptions, modelNamed, parseLitmus } from '../src/index.js';

const lkmm = modelNamed('lkmm');
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Threads of one critical section each of one lock. */
function locked(
  condition: string,
  locations: readonly string[],
  bodies: readonly string[],
): string {
  const parameters = [...locations.map((name) => `int *${name}`), 'spinlock_t *lock'].join(', ');
  const threads = bodies.map(
    (body, i) => `P${String(i)}(${parameters}) { spin_lock(lock); ${body} spin_unlock(lock); }`,
  );
  return `C locked\n{}\n${threads.join('\n')}\nexists (${condition})`;
}

/** The verdict; gives up when the model has been asked for it too often. */
function judgeWithin(most: number, text: string, options: JudgeOptions = {}) {
  let times = 0;
  const check: typeof lkmm.check = (execution) => {
    if (++times > most) throw new Error(`asked the model more than ${String(most)} times`);
    return lkmm.check(execution);
  };
  return judge(parseLitmus(text), { ...lkmm, check }, options);
}

describe('critical sections', () => {
  /** Each section reads what the one before it writes, all around. */
  function ring(n: number): string {
    const locations = numbers(n).map((i) => `x${String(i)}`);
    return locked(
      numbers(n)
        .map((i) => `${String(i)}:r0=1`)
        .join(' /\\ '),
      locations,
      locations.map(
        (from, i) => `r0 = READ_ONCE(*${from}); WRITE_ONCE(*${locations[(i + 1) % n]!}, 1);`,
      ),
    );
  }

  it('are put in order once it is chosen what is read in them', () => {
    // Pair by pair, not one of their 9! orders after the other.
    const { observation } = judgeWithin(4 * 9 * 9, ring(9), { verdictOnly: true });
    expect(observation).toBe('Never');
  });

  it('are put in order before it is chosen what is read in them, if nobody asks for that', () => {
    // The sections come in 5! orders. No thread sees some of P0's writes alone.
    const reads = 'r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); r2 = READ_ONCE(*x);';
    const writes = 'WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2); WRITE_ONCE(*x, 3);';
    const text = locked('1:r1=1', ['x'], [writes, reads, reads, reads, reads]);
    expect(judgeWithin(10_000, text)).toMatchObject({
      observation: 'Never',
      positive: 0,
      negative: 120,
    });
  });
});
