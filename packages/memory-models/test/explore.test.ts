import {
  assert,
  cell,
  decodeExecutionId,
  estimate,
  explore,
  replay,
  Violation,
  type Setup,
  SpinLock,
} from '@pagerace/explorer';
import { describe, expect, it } from 'vitest';
import { sc, tso } from '../src/index.js';

const storeBuffering: Setup = () => {
  const x = cell(0, 'x');
  const y = cell(0, 'y');
  return {
    threads: {
      first: () => {
        x.write(1);
        return y.read();
      },
      second: () => {
        y.write(1);
        return x.read();
      },
    },
    finally: ([first, second]) => {
      assert(first === 1 || second === 1, 'both threads read 0');
    },
  };
};

describe('explore', () => {
  it('verifies store buffering under sc', () => {
    const result = explore(storeBuffering, { model: sc });
    expect(result).toMatchObject({ verdict: 'verified', executions: 3, complete: true });
  });

  it('finds the weak execution under tso, says that it needs weak memory, and replays it', () => {
    const result = explore(storeBuffering, { model: tso });
    expect(result).toMatchObject({
      verdict: 'violated',
      executions: 4,
      violating: 1,
      complete: true,
    });
    const { witness } = result.violations[0]!;
    expect(witness).toMatchObject({ switches: 1, weakSteps: 1 });
    const trace = replay(storeBuffering, decodeExecutionId(witness.id, ''), tso);
    console.log(trace.steps, witness);
    expect(trace.violations).toEqual([new Violation('assertion', 'both threads read 0')]);
  });

  it('finds a deadlock', () => {
    const result = explore(
      () => {
        const a = new SpinLock('a');
        const b = new SpinLock('b');
        return {
          threads: {
            first: () => {
              a.lock();
              b.lock();
              b.unlock();
              a.unlock();
            },
            second: () => {
              b.lock();
              a.lock();
              a.unlock();
              b.unlock();
            },
          },
        };
      },
      { model: sc },
    );
    expect(result).toMatchObject({ verdict: 'deadlock', executions: 2, deadlocks: 1 });
    console.log(result.violations);
  });
  it('estimates', () => {
    expect(estimate(storeBuffering, { model: sc }).mean).toBeCloseTo(3, 0);
  });
});
