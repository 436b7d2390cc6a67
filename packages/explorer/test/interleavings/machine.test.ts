import { describe, expect, test } from 'vitest';
import { allocate, cell, ModelError, spawn, type Cell, type Setup } from '../../src/index.js';
import { enumerate } from '../../src/interleavings/enumerate.js';
import { InterleavingMachine, stop } from '../../src/interleavings/machine.js';
import { toSchedule } from '../../src/interleavings/schedule.js';

const twoWriters: Setup = () => {
  const x = cell(0, 'x');
  return {
    threads: [
      () => {
        x.write(1);
        x.write(2);
      },
      () => {
        x.read();
        x.read();
      },
    ],
  };
};

describe('the machine', () => {
  test('runs a thread through several steps at once', () => {
    const machine = new InterleavingMachine(twoWriters, 'sc');
    let steps = 0;
    machine.run(0, () => (steps++ < 1 ? 0 : stop));
    expect(machine.text()).toBe('T0[W0=1] T1[] 0:0.0');
    machine.run(1, () => 0);
    machine.run(0, () => 0);
    expect(machine.text()).toBe('T0[W0=1;W0=2] T1[R0=0.0;R0=0.0] 0:0.0<0.1');
    expect(machine.actions()).toEqual([]);
    expect(machine.outcome()).toBe('execution');
  });

  test('comes back to a snapshot and to its start', () => {
    const machine = new InterleavingMachine(twoWriters, 'tso');
    const start = machine.state();
    machine.perform({ kind: 'step', thread: 0, alternative: -1 });
    const snapshot = machine.snapshot();
    const state = machine.state();
    machine.follow([
      { kind: 'drain', thread: 0, writes: 1 },
      { kind: 'run', thread: 1, steps: 2 },
      { kind: 'run', thread: 0, steps: 1 },
    ]);
    expect(machine.text()).toBe('T0[W0=1;W0=2] T1[R0=0.0;R0=0.0] 0:0.0');
    machine.restore(snapshot);
    expect(machine.state()).toBe(state);
    expect(machine.text()).toBe('T0[W0=1] T1[]');
    machine.follow([{ kind: 'run', thread: 1, steps: 2 }]);
    expect(machine.text()).toBe('T0[W0=1] T1[R0=init;R0=init]');
    machine.reset();
    expect(machine.state()).toBe(start);
  });

  test('refuses a schedule that is not possible', () => {
    const machine = new InterleavingMachine(twoWriters, 'tso');
    expect(() => machine.follow([{ kind: 'run', thread: 0, steps: 3 }])).toThrow(/cannot take/);
    expect(() => machine.follow([{ kind: 'drain', thread: 1, writes: 1 }])).toThrow(
      /nothing to drain/,
    );
    expect(() => machine.follow([{ kind: 'run', thread: 7, steps: 1 }])).toThrow(
      /not been started/,
    );
  });

  test('writes a schedule run by run', () => {
    expect(
      toSchedule([
        { kind: 'step', thread: 0, alternative: -1 },
        { kind: 'step', thread: 0, alternative: 2 },
        { kind: 'drain', thread: 0 },
        { kind: 'drain', thread: 0 },
        { kind: 'drain', thread: 1 },
        { kind: 'step', thread: 1, alternative: 0 },
      ]),
    ).toEqual([
      { kind: 'run', thread: 0, steps: 2, choices: [2] },
      { kind: 'drain', thread: 0, writes: 2 },
      { kind: 'drain', thread: 1, writes: 1 },
      { kind: 'run', thread: 1, steps: 1, choices: [0] },
    ]);
  });
});

test('what a thread makes is the same in every execution', () => {
  const made = new Set<unknown>();
  const { executions } = enumerate(
    () => {
      const published = cell<Cell<number> | null>(null);
      return {
        threads: [
          () => {
            const node = allocate(() => ({ value: cell(0) }));
            made.add(node);
            node.value.write(5);
            const own = cell(0);
            made.add(own);
            published.write(node.value);
          },
          () => {
            spawn(() => published.read()?.read());
          },
        ],
      };
    },
    { memory: 'sc' },
  );
  expect(made.size).toBe(2);
  expect([...executions.keys()].sort()).toEqual([
    'T0[W1=5;W0=object] T1[S2] T2[R0=0.1;R1=0.0] 0:0.1 1:0.0',
    'T0[W1=5;W0=object] T1[S2] T2[R0=init] 0:0.1 1:0.0',
  ]);
});

describe('a program that cannot be explored', () => {
  const explore = (setup: Setup) => () => enumerate(setup, { memory: 'sc' });

  test('asks for something else when it is run again', () => {
    let runs = 0;
    expect(
      explore(() => {
        const x = cell(0, 'x');
        const y = cell(0, 'y');
        return {
          threads: {
            fickle: () => {
              (runs++ % 2 === 0 ? x : y).read();
              x.read();
            },
          },
        };
      }),
    ).toThrow(/fickle is not deterministic.*operation 1 was read of cell/);
  });

  test('ends early when it is run again', () => {
    let runs = 0;
    expect(
      explore(() => {
        const x = cell(0);
        return {
          threads: [
            () => {
              if (runs++ === 2) return;
              x.read();
              x.read();
            },
          ],
        };
      }),
    ).toThrow(ModelError);
  });

  test('swallows the signal that stops it', () => {
    expect(
      explore(() => {
        const x = cell(0);
        return {
          threads: [
            () => {
              try {
                x.read();
              } catch {
                // Swallowed.
              }
            },
          ],
        };
      }),
    ).toThrow(/caught the signal/);
  });

  test('writes during set-up', () => {
    expect(
      explore(() => {
        cell(0).write(1);
        return { threads: [] };
      }),
    ).toThrow(/write of cell 0: not possible in set-up/);
  });
});
