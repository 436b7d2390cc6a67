import { describe, expect, it } from 'vitest';
import {
  allocate,
  assert,
  type Cell,
  cell,
  contextBounded,
  explore,
  fence,
  Fence,
  type Program,
  sample,
  type Setup,
  spawn,
  SpinLock,
} from '../src/index.js';
import { coherent, sc } from './models.js';

/** The error of a program of which the search by itself sees one value of `seen` only. */
function errorOf(
  threads: (x: Cell<number>, shared: { seen: boolean }) => Program['threads'],
): string | undefined {
  const setup: Setup = () => ({ threads: threads(cell(0, 'x'), { seen: false }) });
  const { verdict, error } = explore(setup, { model: sc });
  expect(verdict).toBe('model error');
  return error;
}

describe('a variable outside of cells that one thread sets and another reads', () => {
  it('is noticed where it would make every execution a violation', () => {
    expect(
      errorOf((x, shared) => ({
        first: () => {
          x.write(1);
          shared.seen = true;
        },
        second: () => {
          x.read();
          assert(!shared.seen, 'seen');
        },
      })),
    ).toBe(
      'second depends on something outside of cells that another thread changes: its operation 2 was its end ' +
        'by a violation: seen before, and is its end, returning undefined when the threads run in another order. ' +
        'Keep what threads share in a cell',
    );
  });

  it('is noticed where it would hide a violation', () => {
    expect(
      errorOf((x, shared) => ({
        first: () => {
          x.read();
          shared.seen = true;
        },
        second: () => {
          x.write(1);
          assert(shared.seen, 'not seen');
        },
      })),
    ).toContain('is its end by a violation: not seen when the threads run in another order');
  });

  it('is noticed where it decides on an operation, or on what is written', () => {
    const first = (x: Cell<number>, shared: { seen: boolean }) => () => {
      x.fetchAdd(1);
      shared.seen = true;
    };
    expect(
      errorOf((x, shared) => ({
        first: first(x, shared),
        second: () => {
          if (shared.seen) x.read();
        },
      })),
    ).toContain('was a read of x before, and is its end, returning undefined');
    expect(
      errorOf((x, shared) => ({
        first: first(x, shared),
        second: () => {
          x.fetchAdd(shared.seen ? 1 : 2);
        },
      })),
    ).toContain('is a read-modify-write of x that writes 3');
  });

  it('is noticed between a write and what follows it in its thread', () => {
    expect(
      errorOf((x, shared) => ({
        first: () => {
          x.write(1);
          shared.seen = true;
        },
        second: () => {
          x.await((value) => value === 1);
          return shared.seen;
        },
      })),
    ).toContain('second depends on something outside of cells');
  });

  it('is noticed between a thread and the one that it starts', () => {
    expect(
      errorOf((_, shared) => ({
        parent: () => {
          spawn(() => shared.seen, 'child');
          shared.seen = true;
        },
      })),
    ).toContain('child depends on something outside of cells');
  });

  it('is noticed where it is set for a while only', () => {
    expect(
      errorOf((x, shared) => ({
        first: () => {
          shared.seen = true;
          for (let i = 0; i < 4; i++) x.write(i);
          shared.seen = false;
        },
        second: () => {
          fence(Fence.full);
          assert(!shared.seen, 'seen');
        },
      })),
    ).toContain('second depends on something outside of cells');
  });

  it.each([0, 1])(
    'is noticed where it shows in the last execution only, or before: %i',
    (value) => {
      expect(
        errorOf((x, shared) => ({
          first: () => {
            x.write(1);
            x.write(2);
            shared.seen = true;
          },
          second: () => x.read() === value && shared.seen,
        })),
      ).toContain('second depends on something outside of cells');
    },
  );

  it('is noticed by the searches over interleavings', () => {
    const setup: Setup = () => {
      const x = cell(0, 'x');
      let seen = false;
      return {
        threads: {
          first: () => {
            x.write(1);
            seen = true;
          },
          second: () => {
            x.read();
            assert(!seen, 'seen');
          },
        },
      };
    };
    const searches = [
      () => contextBounded(setup, { memory: 'sc', bound: 0 }),
      () => sample(setup, { memory: 'sc', seed: 1, samples: 1, depth: 1 }),
    ];
    for (const search of searches)
      expect(search).toThrow(/^second depends on something outside of cells/);
  });
});

describe('a program that shares nothing but cells', () => {
  const locked: Setup = () => {
    const lock = new SpinLock('lock');
    const x = cell({ n: 0 }, 'x');
    const add = () => {
      lock.lock();
      x.write({ n: x.read().n + 1 });
      lock.unlock();
    };
    return { threads: [add, add, add] };
  };

  const pointing: Setup = () => {
    const pointer = cell<{ readonly value: Cell<number> } | null>(null, 'pointer');
    let names = 0;
    const publish = () => {
      const made = allocate(() => ({ value: cell(0, `object ${String(names++)}`) }));
      const own = cell(1);
      own.write(2);
      made.value.write(own.read());
      fence(Fence.full);
      return pointer.exchange(made)?.value.read();
    };
    return { threads: [publish, publish] };
  };

  const starting: Setup = () => {
    const x = cell(0, 'x');
    const start = () => {
      const children = [1, 2].map((n) => spawn(() => x.fetchAdd(n)));
      return children.map((child) => child.join());
    };
    return { threads: [start, start] };
  };

  const missing: Setup = () => {
    const x = cell(0, 'x');
    return {
      threads: [
        () => {
          x.write(1);
          x.write(0);
          assert(x.read() === 0, 'overwritten');
        },
        () =>
          x.awaitUpdate(
            (value) => value === 1,
            () => 2,
          ),
        () => x.await((value) => value === 1),
      ],
    };
  };

  it.each<[string, Setup]>([
    ['with a lock', locked],
    ['with pointers to what a thread makes', pointing],
    ['with threads that threads start', starting],
    ['with waits that may miss their value', missing],
  ])('is not suspected: %s', (_, setup) => {
    for (const model of [sc, coherent]) {
      const { error, executions, deadlocks } = explore(setup, { model });
      expect(error).toBeUndefined();
      expect(executions + deadlocks).toBeGreaterThan(1);
    }
  });

  it('is not suspected where a variable is set before the write that tells of it', () => {
    const { verdict } = explore(
      () => {
        const told = cell(false, 'told');
        let value = 0;
        return {
          threads: [
            () => {
              value = 1;
              told.write(true);
            },
            () => {
              told.await((now) => now);
              assert(value === 1, 'untold');
            },
          ],
        };
      },
      { model: sc },
    );
    expect(verdict).toBe('verified');
  });
});
