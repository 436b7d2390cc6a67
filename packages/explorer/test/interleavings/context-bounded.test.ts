import { describe, expect, test } from 'vitest';
import { assert, cell, choose, SpinLock, type Setup } from '../../src/index.js';
import { contextBounded } from '../../src/interleavings/context-bounded.js';
import { enumerate } from '../../src/interleavings/enumerate.js';
import { InterleavingMachine } from '../../src/interleavings/machine.js';
import { contextSwitches } from '../../src/interleavings/schedule.js';

/** Goes wrong if the second thread runs between two steps of the first, `needed` times. */
const needsPreemptions =
  (needed: number): Setup =>
  () => {
    const x = cell(0);
    return {
      threads: {
        victim: () => {
          for (let round = 0; round < needed; round++) {
            const before = x.read();
            if (x.read() === before) return;
          }
          assert(false, `changed ${needed} times`);
        },
        intruder: () => {
          for (let round = 1; round <= needed; round++) x.write(round);
        },
      },
    };
  };

const storeBuffering: Setup = () => {
  const x = cell(0);
  const y = cell(0);
  return {
    threads: [
      () => {
        x.write(1);
        return y.read();
      },
      () => {
        y.write(1);
        return x.read();
      },
    ],
    finally: ([first, second]) => assert(first === 1 || second === 1, 'both read zero'),
  };
};

describe('the bound', () => {
  test('counts switches away from a thread that could go on, fewest first', () => {
    // One preemption of the victim for each change; between two of them the intruder is preempted.
    for (const [needed, preemptions] of [
      [1, 1],
      [2, 3],
      [3, 5],
    ] as const) {
      const result = contextBounded(needsPreemptions(needed), { memory: 'sc', bound: 9 });
      expect(result.outcome).toBe('violated');
      expect(result.violation?.preemptions).toBe(preemptions);
      expect(result.explored).toBe(preemptions - 1);
      // The last switch is back to the victim, when the intruder has ended.
      expect(contextSwitches(result.violation!.schedule)).toBe(preemptions + 1);
    }
  });

  test('is never a pass', () => {
    const result = contextBounded(needsPreemptions(2), { memory: 'sc', bound: 2 });
    expect(result.outcome).toBe('bounded');
    expect(result.explored).toBe(2);
    expect(result.violation).toBeUndefined();
  });

  test('is complete when nothing was left out', () => {
    const setup: Setup = () => {
      const lock = new SpinLock();
      const x = cell(0);
      const increment = (): void => {
        lock.lock();
        x.write(x.read() + 1);
        lock.unlock();
      };
      return { threads: [increment, increment] };
    };
    const { outcome, executions } = contextBounded(setup, { memory: 'sc', bound: 20 });
    expect(outcome).toBe('complete');
    expect(executions).toBe(2);
  });

  test('no bound is needed for a thread that waits', () => {
    const handOver: Setup = () => {
      const turn = cell(0);
      const player = (own: number) => () => {
        for (let round = 0; round < 3; round++) {
          turn.await((value) => value === own);
          turn.write(1 - own);
        }
      };
      return {
        threads: [player(0), player(1)],
        finally: () => assert(turn.read() !== 0, 'played'),
      };
    };
    expect(contextBounded(handOver, { memory: 'sc', bound: 0 }).violation?.preemptions).toBe(0);
  });

  test('drains of store buffers are free', () => {
    const result = contextBounded(storeBuffering, { memory: 'tso', bound: 3 });
    expect(result.violation?.preemptions).toBe(0);
    expect(contextBounded(storeBuffering, { memory: 'sc', bound: 9 }).outcome).toBe('complete');
  });
});

test('a violation comes with the schedule that reproduces it', () => {
  const { violation } = contextBounded(needsPreemptions(2), { memory: 'tso', bound: 9 });
  const machine = new InterleavingMachine(needsPreemptions(2), 'tso');
  machine.follow(violation!.schedule);
  expect(machine.violations.map(({ message }) => message)).toEqual(['changed 2 times']);
});

test('a deadlock comes with its schedule and the fewest preemptions', () => {
  const reversed: Setup = () => {
    const locks = [new SpinLock(), new SpinLock()];
    const both = (first: number) => () => {
      locks[first]!.lock();
      locks[1 - first]!.lock();
    };
    return { threads: [both(0), both(1)] };
  };
  const { deadlocks, deadlock, outcome } = contextBounded(reversed, { memory: 'sc', bound: 1 });
  expect(deadlocks).toBeGreaterThan(0);
  expect(outcome).toBe('complete');
  const machine = new InterleavingMachine(reversed, 'sc');
  machine.follow(deadlock!);
  expect(machine.actions()).toEqual([]);
  expect(machine.outcome()).toBe('deadlock');
});

describe.each(['sc', 'tso'] as const)('unbounded, under %s', (memory) => {
  const program: Setup = () => {
    const x = cell(0);
    const y = cell(0);
    const lock = new SpinLock();
    return {
      threads: [
        () => {
          x.write(1 + choose(2));
          lock.lock();
          y.write(x.read());
          lock.unlock();
          y.read();
        },
        () => {
          lock.lock();
          x.write(y.read() + 2);
          lock.unlock();
          y.fetchAdd(1);
        },
        () => {
          if (lock.tryLock()) x.await((value) => value > 1);
        },
      ],
    };
  };

  test('it finds what the enumeration finds', () => {
    const all = enumerate(program, { memory });
    const bounded = contextBounded(program, { memory, bound: 50 });
    expect(bounded.outcome).toBe('complete');
    expect(bounded.executions).toBe(all.executions.size);
    expect(bounded.deadlocks).toBe(all.deadlocks.size);
    expect(bounded.executions).toBeGreaterThan(10);
    expect(bounded.deadlocks).toBeGreaterThan(0);
  });

  test('it finds no less without memory of states', () => {
    const small: Setup = () => {
      const { threads } = program();
      return { threads: (threads as (() => void)[]).slice(1) };
    };
    const all = enumerate(small, { memory });
    const bounded = contextBounded(small, { memory, bound: 50, remember: false });
    expect(bounded.outcome).toBe('complete');
    expect(bounded.executions).toBeGreaterThanOrEqual(all.executions.size);
  });

  test('it stops when it is told to, and says so', () => {
    const result = contextBounded(
      () => {
        const x = cell(0);
        const add = (): void => {
          for (let i = 0; i < 5; i++) x.fetchAdd(1);
        };
        return { threads: [add, add, add] };
      },
      { memory, bound: 50, shouldStop: () => true },
    );
    expect(result.outcome).toBe('interrupted');
    expect(result.explored).toBeLessThan(50);
  });
});
