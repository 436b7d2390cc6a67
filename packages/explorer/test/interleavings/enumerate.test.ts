import { describe, expect, test } from 'vitest';
import {
  assume,
  cell,
  choose,
  cover,
  fence,
  Fence,
  Order,
  RwLock,
  spawn,
  SpinLock,
  assert,
  type Setup,
} from '../../src/index.js';
import { enumerate, type Enumeration } from '../../src/interleavings/enumerate.js';
import { InterleavingMachine } from '../../src/interleavings/machine.js';

const sc = (setup: Setup): Enumeration => enumerate(setup, { memory: 'sc' });
const tso = (setup: Setup): Enumeration => enumerate(setup, { memory: 'tso' });

const storeBuffering =
  (order: Order = Order.relaxed, between: () => void = () => {}): Setup =>
  () => {
    const x = cell(0, 'x');
    const y = cell(0, 'y');
    return {
      threads: [
        () => {
          x.write(1, order);
          between();
          y.read();
        },
        () => {
          y.write(1, order);
          between();
          x.read();
        },
      ],
    };
  };

describe('store buffering', () => {
  const bothReadZero = 'T0[W0=1;R1=init] T1[W1=1;R0=init] 0:0.0 1:1.0';

  test('has three executions in a sequentially consistent memory', () => {
    expect([...sc(storeBuffering()).executions.keys()].sort()).toEqual([
      'T0[W0=1;R1=1.0] T1[W1=1;R0=0.0] 0:0.0 1:1.0',
      'T0[W0=1;R1=1.0] T1[W1=1;R0=init] 0:0.0 1:1.0',
      'T0[W0=1;R1=init] T1[W1=1;R0=0.0] 0:0.0 1:1.0',
    ]);
  });

  test('has a fourth with store buffers: both threads read the initial value', () => {
    const { executions } = tso(storeBuffering());
    expect(executions.size).toBe(4);
    expect(executions.has(bothReadZero)).toBe(true);
  });

  test('has three again with a full fence, a full store or a locked instruction in between', () => {
    expect(tso(storeBuffering(Order.relaxed, () => fence(Fence.full))).executions.size).toBe(3);
    expect(tso(storeBuffering(Order.full)).executions.size).toBe(3);
    const locked = tso(() => {
      const x = cell(0);
      const y = cell(0);
      const scratch = [cell(0), cell(0)];
      return {
        threads: [
          () => {
            x.write(1);
            scratch[0]!.fetchAdd(1);
            y.read();
          },
          () => {
            y.write(1);
            scratch[1]!.compareExchange(7, 8);
            x.read();
          },
        ],
      };
    });
    expect(locked.executions.size).toBe(3);
  });

  test('keeps the fourth with fences that order no write before a read', () => {
    for (const kind of [Fence.compiler, Fence.read, Fence.write, Fence.acquire, Fence.release]) {
      expect(tso(storeBuffering(Order.relaxed, () => fence(kind))).executions.size).toBe(4);
    }
    expect(tso(storeBuffering(Order.release)).executions.size).toBe(4);
  });

  test('keeps the fourth with an update that fails after a look', () => {
    const { executions } = tso(() => {
      const x = cell(0);
      const y = cell(0);
      const scratch = cell(0);
      return {
        threads: [
          () => {
            x.write(1);
            scratch.addUnless(1, 0);
            y.read();
          },
          () => {
            y.write(1);
            scratch.update(() => undefined);
            x.read();
          },
        ],
      };
    });
    expect(executions.size).toBe(4);
  });
});

describe('the store buffer', () => {
  test('is read by its own thread before memory', () => {
    const { executions } = tso(() => {
      const x = cell(0);
      return {
        threads: [
          () => {
            x.write(1);
            x.read();
          },
          () => x.write(2),
        ],
      };
    });
    expect([...executions.keys()].sort()).toEqual([
      'T0[W0=1;R0=0.0] T1[W0=2] 0:0.0<1.0',
      'T0[W0=1;R0=0.0] T1[W0=2] 0:1.0<0.0',
      'T0[W0=1;R0=1.0] T1[W0=2] 0:0.0<1.0',
    ]);
  });

  test('keeps the order of writes: message passing works', () => {
    const messagePassing: Setup = () => {
      const data = cell(0);
      const flag = cell(0);
      return {
        threads: [
          () => {
            data.write(1);
            flag.write(1);
          },
          () => {
            if (flag.read() === 1) assert(data.read() === 1, 'stale data');
          },
        ],
      };
    };
    expect(tso(messagePassing).violations).toEqual([]);
  });

  test('is empty before a join returns and before a thread starts', () => {
    const { executions, violations } = tso(() => {
      const x = cell(0);
      return {
        threads: [
          () => {
            x.write(1);
            const child = spawn(() => {
              assert(x.read() === 1);
              x.write(2);
              return 'done';
            });
            assert(child.join() === 'done');
            assert(x.read() === 2);
          },
        ],
      };
    });
    expect(violations).toEqual([]);
    expect([...executions.keys()]).toEqual(['T0[W0=1;S1;J1;R0=1.1] T1[R0=0.0;W0=2] 0:0.0<1.1']);
  });
});

describe.each(['sc', 'tso'] as const)('under %s', (memory) => {
  const run = (setup: Setup): Enumeration => enumerate(setup, { memory });

  test('updates are atomic', () => {
    const { executions, violations } = run(() => {
      const x = cell(0);
      const add = (): void => {
        x.fetchAdd(1);
      };
      return { threads: [add, add, add], finally: () => assert(x.read() === 3) };
    });
    expect(violations).toEqual([]);
    expect(executions.size).toBe(6);
  });

  test.each([
    ['spin lock', () => new SpinLock()],
    [
      'writer lock',
      () => {
        const lock = new RwLock();
        return { lock: () => lock.writeLock(), unlock: () => lock.writeUnlock() };
      },
    ],
  ])('a %s excludes, whoever comes first', (_name, makeLock) => {
    const { executions, deadlocks, violations } = run(() => {
      const lock = makeLock();
      const x = cell(0);
      const increment = (): void => {
        lock.lock();
        x.write(x.read() + 1);
        lock.unlock();
      };
      return { threads: [increment, increment, increment], finally: () => assert(x.read() === 3) };
    });
    expect(violations).toEqual([]);
    expect(deadlocks.size).toBe(0);
    expect(executions.size).toBe(6);
  });

  test('readers share a lock that excludes a writer', () => {
    const { violations, covered } = run(() => {
      const lock = new RwLock();
      const inside = cell(0);
      const reader = (): void => {
        lock.readLock();
        const others = inside.fetchAdd(1);
        if (others === 1) {
          cover('two readers inside');
          assert(!lock.tryWriteLock());
        }
        inside.fetchAdd(-1);
        lock.readUnlock();
      };
      const writer = (): void => {
        if (!lock.tryWriteLock()) return;
        assert(!lock.tryReadLock());
        assert(inside.exchange(-9) === 0);
        inside.write(0);
        lock.writeUnlock();
      };
      return { threads: [reader, reader, writer] };
    });
    expect(violations).toEqual([]);
    expect([...covered]).toEqual(['two readers inside']);
  });

  test('a lock taken twice is a deadlock, and a lock order reversed may be one', () => {
    const twice = run(() => {
      const lock = new SpinLock();
      return {
        threads: [
          () => {
            lock.lock();
            lock.lock();
          },
        ],
      };
    });
    expect([...twice.deadlocks.keys()]).toEqual(['T0[U0=init;V0=1] 0:0.1']);
    expect(twice.executions.size).toBe(0);

    const reversed = run(() => {
      const locks = [new SpinLock(), new SpinLock()];
      const both = (first: number): void => {
        locks[first]!.lock();
        locks[1 - first]!.lock();
        locks[1 - first]!.unlock();
        locks[first]!.unlock();
      };
      return { threads: [() => both(0), () => both(1)] };
    });
    expect([...reversed.deadlocks.keys()]).toEqual([
      'T0[U0=init;V0=1] T1[U1=init;V1=1] 0:0.1 1:1.1',
    ]);
    expect(reversed.executions.size).toBe(2);
  });

  test('an await costs nothing and reads only what satisfies it', () => {
    const { executions, deadlocks } = run(() => {
      const x = cell(0);
      return {
        threads: [
          () => {
            x.write(1);
            x.write(2);
            x.write(3);
          },
          () => x.await((value) => value >= 2),
        ],
      };
    });
    expect([...executions.keys()].sort()).toEqual([
      'T0[W0=1;W0=2;W0=3] T1[R0=0.1] 0:0.0<0.1<0.2',
      'T0[W0=1;W0=2;W0=3] T1[R0=0.2] 0:0.0<0.1<0.2',
    ]);
    expect(deadlocks.size).toBe(0);
  });

  test('an await that may miss its value may wait for ever', () => {
    const { executions, deadlocks } = run(() => {
      const x = cell(0);
      return {
        threads: [
          () => {
            x.write(1);
            x.write(2);
          },
          () => x.await((value) => value === 1),
        ],
      };
    });
    expect(executions.size).toBe(1);
    expect([...deadlocks.keys()]).toEqual(['T0[W0=1;W0=2] T1[] 0:0.0<0.1']);
  });

  test('every choice is made, and an assumption excludes', () => {
    const { executions, excluded } = run(() => {
      const x = cell(0);
      return {
        threads: [
          () => {
            const chosen = choose(4);
            assume(chosen !== 2);
            x.write(chosen);
          },
        ],
      };
    });
    expect([...executions.keys()]).toEqual([0, 1, 3].map((c) => `T0[C${c};W0=${c}] 0:0.1`));
    expect(excluded).toBe(1);
  });

  test('a violation ends its thread, and a schedule leads there', () => {
    const setup: Setup = () => {
      const x = cell(0);
      return {
        threads: {
          writer: () => {
            x.write(1);
            x.write(2);
          },
          reader: () => {
            const first = x.read();
            const second = x.read();
            assert(first === second, 'it changed');
          },
        },
      };
    };
    const { executions, violations } = run(setup);
    expect(executions.size).toBe(6);
    expect([...executions.keys()].filter((text) => text.includes('!assertion]'))).toHaveLength(3);
    expect(violations).toHaveLength(1);
    const machine = new InterleavingMachine(setup, memory);
    machine.follow(violations[0]!.schedule);
    expect(machine.violations.map((violation) => violation.message)).toEqual(['it changed']);
    expect(machine.threadName(1)).toBe('reader');
  });

  test('remembering states changes nothing but the counts', () => {
    const setup: Setup = () => {
      const x = cell(0);
      const y = cell(0);
      const lock = new SpinLock();
      return {
        threads: [
          () => {
            x.write(1);
            lock.lock();
            y.write(x.read());
            lock.unlock();
          },
          () => {
            if (lock.tryLock()) {
              x.write(y.read() + 2);
              lock.unlock();
            }
            x.await((value) => value === 2);
          },
        ],
      };
    };
    const remembering = enumerate(setup, { memory });
    const forgetting = enumerate(setup, { memory, remember: false });
    expect([...forgetting.executions.keys()].sort()).toEqual(
      [...remembering.executions.keys()].sort(),
    );
    expect([...forgetting.deadlocks.keys()].sort()).toEqual(
      [...remembering.deadlocks.keys()].sort(),
    );
    expect(remembering.executions.size).toBeGreaterThan(1);
    expect(remembering.deadlocks.size).toBeGreaterThan(0);
    expect(forgetting.states).toBeGreaterThan(remembering.states);
  });

  test('it stops when it is told to, and says so', () => {
    let told = 0;
    const result = enumerate(
      () => {
        const x = cell(0);
        const add = (): void => {
          for (let i = 0; i < 4; i++) x.fetchAdd(1);
        };
        return { threads: [add, add, add] };
      },
      { memory, shouldStop: () => true, onProgress: ({ visited }) => (told = visited) },
    );
    expect(result.complete).toBe(false);
    expect(told).toBeGreaterThan(500);
    expect(told).toBeLessThan(2000);
  });
});

test('without memory of states it runs every interleaving', () => {
  const setup: Setup = () => {
    const cells = [cell(0), cell(0)];
    return { threads: cells.map((own) => () => [1, 2, 3].forEach((value) => own.write(value))) };
  };
  const { executions } = enumerate(setup, { memory: 'sc', remember: false });
  expect([...executions.values()]).toEqual([20]);
});
