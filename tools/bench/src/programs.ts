import {
  assert,
  assume,
  type Cell,
  cell,
  Fence,
  fence,
  Order,
  type Setup,
  SpinLock,
} from '@pagerace/explorer';

/**
 * The programs that papers on stateless model checking measure, by the names that they have there.
 * Each function makes the program for a number of threads (or what its parameter says).
 */

/** How a program's reads and writes are ordered. Models without weaker orders do not mind. */
export interface Orders {
  readonly read: Order;
  readonly write: Order;
}

export const relaxed: Orders = { read: Order.relaxed, write: Order.relaxed };
export const acquireRelease: Orders = { read: Order.acquire, write: Order.release };

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

function cells(length: number, name: string): Cell<number>[] {
  return range(length).map((i) => cell(0, `${name}[${String(i)}]`));
}

/** Store buffering in a ring: each thread writes its cell and reads the next one's. */
export const sb =
  (n: number): Setup =>
  () => {
    const x = cells(n, 'x');
    return {
      threads: range(n).map((i) => () => {
        x[i]!.write(1);
        return x[(i + 1) % n]!.read();
      }),
    };
  };

/** Load buffering in a ring. */
export const lb =
  (n: number): Setup =>
  () => {
    const x = cells(n, 'x');
    return {
      threads: range(n).map((i) => () => {
        const read = x[i]!.read();
        x[(i + 1) % n]!.write(1);
        return read;
      }),
    };
  };

/** Message passing: one writer of data and flag, and n readers of flag and data. */
export const mp =
  (n: number, { read, write } = relaxed): Setup =>
  () => {
    const data = cell(0, 'data');
    const flag = cell(0, 'flag');
    return {
      threads: [
        () => {
          data.write(1, write);
          flag.write(1, write);
        },
        ...range(n).map(() => () => [flag.read(read), data.read(read)]),
      ],
    };
  };

/** 2+2W in a ring: each thread writes two neighbouring cells. */
export const twoPlusTwoWrites =
  (n: number): Setup =>
  () => {
    const x = cells(n, 'x');
    return {
      threads: range(n).map((i) => () => {
        x[i]!.write(1);
        x[(i + 1) % n]!.write(2);
      }),
    };
  };

/** Atomic increments of one cell, `times` in each thread. */
export const ainc =
  (n: number, times = 1): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: range(n).map(() => () => {
        for (let i = 0; i < times; i++) x.fetchAdd(1);
      }),
    };
  };

/** Increments that are a read and a write. */
export const inc =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: range(n).map(() => () => {
        x.write(x.read() + 1);
      }),
    };
  };

/** Every thread tries to replace 0. */
export const cas =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return { threads: range(n).map((i) => () => x.compareExchange(0, i + 1)) };
  };

/** Thread i replaces i-1 by i, if it finds it. */
export const casrot =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return { threads: range(n).map((i) => () => x.compareExchange(i, i + 1)) };
  };

/** One writer and n readers. */
export const readers =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: [
        () => {
          x.write(42);
        },
        ...range(n).map(() => () => x.read()),
      ],
    };
  };

/** Two observers of each other's writes and of n-1 writers. */
export const coA =
  (n: number, { read, write } = relaxed): Setup =>
  () => {
    const x = cell(0, 'x');
    const y = cell(0, 'y');
    const z = cell(0, 'z');
    const observer = (value: number, other: Cell<number>) => () => {
      x.write(value, write);
      return [other.read(read), x.read(read)];
    };
    return {
      threads: [
        observer(1, y),
        observer(2, z),
        ...range(n - 1).map((i) => () => {
          y.write(i, write);
          z.write(i, write);
        }),
      ],
    };
  };

/** One thread looks for the last zero of an array that n others fill. */
export const lastzero =
  (n: number): Setup =>
  () => {
    const array = cells(n + 1, 'array');
    return {
      threads: [
        () => {
          let i = n;
          while (array[i]!.read(Order.acquire) !== 0) i--;
          return i;
        },
        ...range(n).map((j) => () => {
          array[j + 1]!.write(array[j]!.read(Order.acquire) + 1, Order.release);
        }),
      ],
    };
  };

const tableSize = 128;

/** Each thread puts four messages into a hash table; from twelve threads on they collide. */
export const indexer =
  (n: number): Setup =>
  () => {
    const table = cells(tableSize, 'table');
    return {
      threads: range(n).map((thread) => () => {
        for (let message = 1; message <= 4; message++) {
          const word = message * 11 + thread;
          let hash = (word * 7) % tableSize;
          while (table[hash]!.compareExchange(0, word) !== 0) hash = (hash + 1) % tableSize;
        }
      }),
    };
  };

/** Increments under a lock. */
export const lockinc =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    const lock = new SpinLock();
    return {
      threads: range(n).map(() => () => {
        lock.lock();
        x.write(x.read() + 1);
        lock.unlock();
      }),
    };
  };

/** A ticket lock around a write and a read. */
export const ticketlock =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    const next = cell(0, 'next');
    const owner = cell(0, 'owner');
    return {
      threads: range(n).map((thread) => () => {
        const ticket = next.fetchAdd(1);
        owner.await((serving) => serving === ticket, Order.acquire);
        x.write(thread);
        assert(x.read() === thread, 'two threads hold the lock');
        owner.write(ticket + 1, Order.release);
      }),
    };
  };

/** A lock taken by waiting with plain reads until it looks free, and then trying to take it. */
export const spinlock =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    const lock = cell(0, 'lock');
    return {
      threads: range(n).map((thread) => () => {
        assume(lock.read() === 0);
        assume(lock.compareExchange(0, 1, Order.acquire) === 0);
        x.write(thread);
        assert(x.read() === thread, 'two threads hold the lock');
        lock.write(0, Order.release);
      }),
    };
  };

/** Reads of some of four cells in turn, by two readers, and writes by two writers. */
function big(
  firstReader: string,
  secondReader: string,
  writers: readonly (readonly (readonly [name: string, value: number])[])[],
  { read, write }: Orders,
): Setup {
  return () => {
    const all = { x: cell(0, 'x'), y: cell(0, 'y'), z: cell(0, 'z'), w: cell(0, 'w') };
    const named = (name: string): Cell<number> => all[name as keyof typeof all];
    const reader = (names: string) => () => Array.from(names).map((name) => named(name).read(read));
    const writer = (writes: (typeof writers)[number]) => () => {
      for (const [name, value] of writes) named(name).write(value, write);
    };
    return { threads: [reader(firstReader), reader(secondReader), ...writers.map(writer)] };
  };
}

/** Writes of the values to each of the named cells, one value after the other. */
function rounds(names: string, values: readonly number[]): (readonly [string, number])[] {
  return values.flatMap((value) => Array.from(names).map((name) => [name, value] as const));
}

const twoPairs = [rounds('xy', [1, 2, 3]), rounds('zw', [1, 2, 3])];

/** Two readers of four cells, of which each of two writers writes two. */
export const big0 = (orders = relaxed): Setup => big('xyzwxyz', 'xyz', twoPairs, orders);

/** The same with more reads. */
export const big1 = (orders = acquireRelease): Setup => big('xyzwxyzw', 'xyzwxy', twoPairs, orders);

/** Two readers of three cells that both writers write. */
export const big2 = (orders = acquireRelease): Setup =>
  big('xyzxy', 'xyzx', [rounds('xyz', [1, 2]), rounds('xyz', [3, 4])], orders);

/** Two threads add each other's number to their own, and a third looks at both. */
export const fibBench =
  (n: number, { read, write } = relaxed): Setup =>
  () => {
    const x = cell(1, 'x');
    const y = cell(1, 'y');
    const adder = (sum: Cell<number>) => () => {
      for (let i = 0; i < n; i++) sum.write(x.read(read) + y.read(read), write);
    };
    return {
      threads: [
        adder(x),
        adder(y),
        () => {
          assert(!(x.read(read) > 144 || y.read(read) > 144), 'a number is too large');
        },
      ],
    };
  };

/** A release, a relaxed write of the same thread, and another thread's exchange: where does its sequence end? */
export const relseq = (): Setup => () => {
  const [x, y] = [cell(0, 'x'), cell(0, 'y')];
  return {
    threads: [
      () => {
        x.write(1);
        y.write(1, Order.release);
        y.write(2);
      },
      () => y.exchange(3),
      () => {
        const flag = y.read();
        fence(Fence.acquire);
        return [flag, x.read()];
      },
    ],
  };
};

/** Message passing by a release sequence of two compare-exchanges of other threads: MPU2+rels+acq. */
export const mpu2RelsAcq = (): Setup => () => {
  const [x, y] = [cell(0, 'x'), cell(0, 'y')];
  return {
    threads: [
      () => {
        x.write(1);
        y.write(0, Order.release);
        y.write(1);
      },
      () => y.compareExchange(2, 3),
      () => y.compareExchange(1, 2),
      () => {
        if (y.read(Order.acquire) > 2) x.write(2);
      },
    ],
  };
};

/** Z6.U, the example by which the paper of RC11 shows what C11's axiom for seq_cst forbids needlessly. */
export const z6U = (): Setup => () => {
  const [x, y] = [cell(0, 'x'), cell(0, 'y')];
  return {
    threads: [
      () => {
        x.write(1, Order.full);
        y.write(1, Order.release);
      },
      () => [y.fetchAdd(1, Order.full), y.read()],
      () => {
        y.write(3, Order.full);
        return x.read(Order.full);
      },
    ],
  };
};

/** Independent reads of independent writes. */
export const iriw = (): Setup => () => {
  const [x, y] = [cell(0, 'x'), cell(0, 'y')];
  const writer = (to: Cell<number>) => () => {
    to.write(1);
  };
  const reader = (first: Cell<number>, second: Cell<number>) => () => [
    first.read(Order.acquire),
    second.read(Order.acquire),
  ];
  return { threads: [writer(x), writer(y), reader(x, y), reader(y, x)] };
};

/** An increment of one cell after another in each thread: binc of two cells, cinc of three. */
export const incrementAll =
  (n: number, cellCount: number): Setup =>
  () => {
    const all = cells(cellCount, 'x');
    return {
      threads: range(n).map(() => () => {
        for (const each of all) each.fetchAdd(1);
      }),
    };
  };

/** Each thread tries to replace 0 by 1, and then writes a number of its own. */
export const casw =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: range(n).map((i) => () => {
        x.compareExchange(0, 1);
        x.write(i + 3, Order.release);
      }),
    };
  };

/** One thread writes what n others try to replace. */
export const wcas =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: [
        () => {
          x.write(2, Order.release);
        },
        ...range(n).map(() => () => x.compareExchange(2, 3)),
      ],
    };
  };

/** One writer, and n increments. */
export const wainc =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: [
        () => {
          x.write(42, Order.release);
        },
        ...range(n).map(() => () => x.fetchAdd(1)),
      ],
    };
  };

/** n writers and a reader. */
export const writersAndReader =
  (n: number): Setup =>
  () => {
    const x = cell(0, 'x');
    return {
      threads: [
        () => x.read(Order.acquire),
        ...range(n).map((i) => () => {
          x.write(i, Order.release);
        }),
      ],
    };
  };

/** A read and a write of one cell in each of n threads; with `first`, one that only writes. */
export const rw =
  (n: number, first = false): Setup =>
  () => {
    const x = cell(0, 'x');
    const writer = () => {
      x.write(1, Order.release);
    };
    return {
      threads: [
        ...(first ? [writer] : []),
        ...range(n).map((i) => () => {
          const seen = x.read();
          x.write(i, Order.release);
          return seen;
        }),
      ],
    };
  };

/** Two threads sieve the primes: each marks the multiples of what it finds unmarked. */
export const eratosthenes =
  (n: number): Setup =>
  () => {
    const marks = cells(n, 'mark');
    const sieve = () => {
      for (let i = 0; i < n; i++) {
        if (marks[i]!.read(Order.acquire) !== 0) continue;
        marks[i]!.write(1, Order.release);
        for (let j = 2 * i + 2; j < n; j += i + 2) marks[j]!.write(2, Order.release);
      }
    };
    return { threads: [sieve, sieve] };
  };

/**
 * The work-stealing deque of Chase and Lev, with its full fences and none between the cells of its buffer: one
 * owner pushes five, pops three and pushes two, and a thief steals one.
 */
export const chaseLev = (): Setup => () => {
  const length = 10;
  const bottom = cell(0, 'bottom');
  const top = cell(0, 'top');
  const buffer = cells(length, 'buffer');
  const push = (value: number): void => {
    const b = bottom.read();
    const t = top.read(Order.acquire);
    if (b - t >= length) return;
    buffer[b % length]!.write(value);
    bottom.write(b + 1, Order.release);
  };
  const pop = (): void => {
    const b = bottom.read();
    bottom.write(b - 1);
    fence(Fence.full);
    const t = top.read();
    if (b - t <= 0) {
      bottom.write(b);
      return;
    }
    buffer[(b - 1) % length]!.read();
    if (b - t > 1) return;
    top.compareExchange(t, t + 1, Order.acquireRelease);
    bottom.write(b);
  };
  const steal = (): void => {
    const t = top.read();
    fence(Fence.full);
    const b = bottom.read(Order.acquire);
    if (b - t <= 0) return;
    buffer[t % length]!.read();
    top.compareExchange(t, t + 1, Order.release);
  };
  return {
    threads: [
      () => {
        for (let i = 1; i <= 5; i++) push(i);
        for (let i = 0; i < 3; i++) pop();
        for (let i = 6; i <= 7; i++) push(i);
      },
      steal,
    ],
  };
};

/** An operation of a litmus test: a read, a write of a value, an exchange or an increment of a cell, or a fence. */
type Step =
  | readonly ['R', cell: string, order?: Order]
  | readonly ['W', cell: string, value: number, order?: Order]
  | readonly ['X', cell: string, value: number]
  | readonly ['+', cell: string]
  | readonly ['F', kind: Fence];

/** A litmus test without dependencies: its threads, line by line. */
function litmus(...threads: readonly (readonly Step[])[]): Setup {
  return () => {
    const all = new Map(['x', 'y', 'z'].map((name) => [name, cell(0, name)] as const));
    const perform = (step: Step): unknown => {
      if (step[0] === 'F') {
        fence(step[1]);
        return undefined;
      }
      const on = all.get(step[1])!;
      switch (step[0]) {
        case 'R':
          return on.read(step[2]);
        case 'W':
          on.write(step[2], step[3]);
          return undefined;
        case 'X':
          return on.exchange(step[2]);
        default:
          return on.fetchAdd(1);
      }
    };
    return { threads: threads.map((steps) => () => steps.map(perform)) };
  };
}

const { acquire, release, full } = Order;

/** WWmerge1: two seq_cst writes of one cell, of which the first might be taken away. */
export const wwMerge1 = litmus(
  [
    ['R', 'x', acquire],
    ['R', 'y', full],
  ],
  [
    ['W', 'x', 1, full],
    ['W', 'x', 2, full],
  ],
  [
    ['W', 'y', 1, full],
    ['R', 'x', full],
  ],
);

/** IRIW whose writes and second reads are seq_cst, and whose first reads acquire. */
export const iriwAcquireSequential = litmus(
  [['W', 'x', 1, full]],
  [
    ['R', 'x', acquire],
    ['R', 'y', full],
  ],
  [
    ['R', 'y', acquire],
    ['R', 'x', full],
  ],
  [['W', 'y', 1, full]],
);

/** Load buffering in which the second read of one thread is to see a third thread's write. */
export const lbFrFr = litmus(
  [
    ['R', 'x'],
    ['W', 'y', 1],
  ],
  [
    ['R', 'y'],
    ['R', 'y'],
    ['W', 'x', 1],
  ],
  [['W', 'y', 2]],
);

/** W+RWC with a release, an acquire and two full fences. */
export const wRwc = litmus(
  [
    ['W', 'x', 1],
    ['W', 'z', 1, release],
  ],
  [
    ['R', 'z', acquire],
    ['F', Fence.full],
    ['R', 'y'],
  ],
  [
    ['W', 'y', 1],
    ['F', Fence.full],
    ['R', 'x'],
  ],
);

/** Z6 with an acquire and two full fences. */
export const z6Acquire = litmus(
  [
    ['W', 'x', 1],
    ['F', Fence.full],
    ['W', 'y', 1],
  ],
  [
    ['R', 'y', acquire],
    ['W', 'z', 1],
  ],
  [
    ['W', 'z', 2],
    ['F', Fence.full],
    ['R', 'x'],
  ],
);

/** Two writes, and two exchanges in the other order. */
export const atomicPo = litmus(
  [
    ['W', 'y', 1],
    ['F', Fence.acquire],
    ['F', Fence.release],
    ['W', 'x', 1],
  ],
  [
    ['X', 'x', 1],
    ['X', 'y', 1],
  ],
);

/** Three writers and four reads of one cell. */
export const writesAndReads = litmus(
  [['W', 'x', 1]],
  [['W', 'x', 2]],
  [['W', 'x', 3]],
  [
    ['R', 'x'],
    ['R', 'x'],
    ['R', 'x'],
    ['R', 'x'],
  ],
);

/** Two increments, a write and two readers of one cell. */
export const incrementsAndReads = litmus(
  [['+', 'x']],
  [['+', 'x']],
  [
    ['R', 'x'],
    ['R', 'x'],
  ],
  [['W', 'x', 42]],
  [
    ['R', 'x'],
    ['R', 'x'],
  ],
);
