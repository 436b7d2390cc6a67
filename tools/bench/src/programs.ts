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

/** Two readers and two writers of four cells. */
export const big0 =
  ({ read, write } = relaxed): Setup =>
  () => {
    const [x, y, z, w] = [cell(0, 'x'), cell(0, 'y'), cell(0, 'z'), cell(0, 'w')];
    const writer = (first: Cell<number>, second: Cell<number>) => () => {
      for (let value = 1; value <= 3; value++) {
        first.write(value, write);
        second.write(value, write);
      }
    };
    return {
      threads: [
        () => [x, y, z, w, x, y, z].map((each) => each.read(read)),
        () => [x, y, z].map((each) => each.read(read)),
        writer(x, y),
        writer(z, w),
      ],
    };
  };

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
