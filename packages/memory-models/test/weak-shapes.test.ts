import {
  assert,
  type Cell,
  cell,
  explore,
  Fence,
  fence,
  Order,
  reach,
  type Setup,
  spawn,
  SpinLock,
} from '@pagerace/explorer';
import { describe, expect, it } from 'vitest';
import { memoryModels } from '../src/index.js';

/*
 * The classic shapes, as the literature and the kernel's documentation judge them: "Herding Cats", Tables
 * I to III; Simplifying ARM Concurrency (POPL 2018), §1; tools/memory-model/litmus-tests/README. Each names
 * the models that allow the outcome in question.
 */
type Threads = readonly (() => unknown)[];
interface Shape {
  readonly allowedBy: readonly string[];
  readonly threads: (x: Cell<number>, y: Cell<number>) => Threads;
  readonly outcome: (results: readonly unknown[], x: Cell<number>, y: Cell<number>) => boolean;
}

const both = (first: number, second: number): string => `${String(first)} ${String(second)}`;
const weak = ['armv8', 'riscv', 'riscv-qspinlock', 'power', 'lkmm', 'rc11', 'rc11-cpp20'];

const passing = (
  write: () => void,
  x: Cell<number>,
  y: Cell<number>,
  between: () => void,
): Threads => [
  () => {
    x.write(1);
    write();
  },
  () => {
    const first = y.read();
    between();
    return both(first, x.read());
  },
];
const stale = (results: readonly unknown[]): boolean => results[1] === '1 0';
const nothing = (): void => undefined;
/** Reads y, and x by what it has read there: only from-reads and reads-from lead to this thread. */
const follows =
  (x: Cell<number>, y: Cell<number>): (() => string) =>
  () => {
    const first = y.read();
    reach(x, (value) => value === 1);
    return both(first, x.read());
  };

const shapes: Readonly<Record<string, Shape>> = {
  SB: {
    allowedBy: ['tso', ...weak],
    threads: (x, y) => [() => (x.write(1), y.read()), () => (y.write(1), x.read())],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'SB+mbs': {
    allowedBy: [],
    threads: (x, y) => [
      () => (x.write(1), fence(Fence.full), y.read()),
      () => (y.write(1), fence(Fence.full), x.read()),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'SB+rmw-full': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => (x.exchange(1, Order.full), y.read()),
      () => (y.exchange(1, Order.full), x.read()),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'SB+po-rmw-full+mb': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => (x.write(1), y.fetchAdd(2, Order.full)),
      () => (y.write(1), fence(Fence.full), x.read()),
    ],
    outcome: ([a, b], _x, y) => a === 0 && b === 0 && y.read() === 1,
  },
  'SB+rmw-acquire': {
    allowedBy: weak,
    threads: (x, y) => [
      () => (x.exchange(1, Order.acquire), y.read()),
      () => (y.exchange(1, Order.acquire), x.read()),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'SB+rfis': {
    // Each thread sees its own write before the other does.
    allowedBy: ['tso', ...weak],
    threads: (x, y) => [
      () => (x.write(1), both(x.read(), y.read())),
      () => (y.write(1), both(y.read(), x.read())),
    ],
    outcome: ([a, b]) => a === '1 0' && b === '1 0',
  },
  'SB+rfi-acquires': {
    allowedBy: ['tso', ...weak],
    threads: (x, y) => [
      () => (x.write(1), both(x.read(Order.acquire), y.read())),
      () => (y.write(1), both(y.read(Order.acquire), x.read())),
    ],
    outcome: ([a, b]) => a === '1 0' && b === '1 0',
  },
  'SB+full-stores': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => (x.write(1, Order.full), y.read()),
      () => (y.write(1, Order.full), x.read()),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'SB+full-stores+full-loads': {
    allowedBy: [],
    threads: (x, y) => [
      () => (x.write(1, Order.full), y.read(Order.full)),
      () => (y.write(1, Order.full), x.read(Order.full)),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'SB+dsb-ishst': {
    allowedBy: ['tso', 'power', 'lkmm', 'rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => (x.write(1), fence(Fence.writeToAny), y.read()),
      () => (y.write(1), fence(Fence.full), x.read()),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  MP: {
    allowedBy: weak,
    threads: (x, y) =>
      passing(
        () => {
          y.write(1);
        },
        x,
        y,
        nothing,
      ),
    outcome: stale,
  },
  'MP+wmb+po': {
    allowedBy: weak,
    threads: (x, y) =>
      passing(
        () => {
          fence(Fence.write);
          y.write(1);
        },
        x,
        y,
        nothing,
      ),
    outcome: stale,
  },
  'MP+wmb+rmb': {
    allowedBy: [],
    threads: (x, y) =>
      passing(
        () => {
          fence(Fence.write);
          y.write(1);
        },
        x,
        y,
        () => {
          fence(Fence.read);
        },
      ),
    outcome: stale,
  },
  'MP+wmb+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) =>
      passing(
        () => {
          fence(Fence.write);
          y.write(1);
        },
        x,
        y,
        () => reach(x, (value) => value === 1),
      ),
    outcome: stale,
  },
  'MP+wmb+addr-rfi-addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => {
      const z = cell(0, 'z');
      return passing(
        () => {
          fence(Fence.write);
          y.write(1);
        },
        x,
        y,
        () => {
          reach(z, (value) => value === 1);
          z.write(2);
          // By its name.
          reach(z, () => false);
          z.read();
          reach(x, (value) => value === 2);
        },
      );
    },
    outcome: stale,
  },
  'MP+wmb+rmw-acquire': {
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
        fence(Fence.write);
        y.write(1);
      },
      () => both(y.fetchAdd(2, Order.acquire), x.read()),
    ],
    outcome: stale,
  },
  'MP+wmb+acquire': {
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
        fence(Fence.write);
        y.write(1);
      },
      () => both(y.read(Order.acquire), x.read()),
    ],
    outcome: stale,
  },
  'MP+wmb+po-acquire': {
    // RISC-V's fence r,rw and POWER's lwsync also order the reads before the one that acquires.
    allowedBy: ['armv8', 'lkmm', 'rc11', 'rc11-cpp20'],
    threads: (x, y) => {
      const z = cell(0, 'z');
      return passing(
        () => {
          fence(Fence.write);
          y.write(1);
        },
        x,
        y,
        () => z.read(Order.acquire),
      );
    },
    outcome: stale,
  },
  'MP+wmb+fence-acquire': {
    allowedBy: [],
    threads: (x, y) =>
      passing(
        () => {
          fence(Fence.write);
          y.write(1);
        },
        x,
        y,
        () => {
          fence(Fence.acquire);
        },
      ),
    outcome: stale,
  },
  'MP+fence-release+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
        fence(Fence.release);
        y.write(1);
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'MP+dsb-ishst+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
        fence(Fence.writeToAny);
        y.write(1);
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'MP+rmw-release+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
        y.exchange(1, Order.release);
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'S+wmb+po': {
    // A write is taken to depend on every read before it.
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(2);
        fence(Fence.write);
        y.write(1);
      },
      () => {
        const read = y.read();
        x.write(1);
        return read;
      },
    ],
    outcome: (results, x) => results[1] === 1 && x.read() === 2,
  },
  'MP+release+acquire': {
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
        y.write(1, Order.release);
      },
      () => both(y.read(Order.acquire), x.read()),
    ],
    outcome: stale,
  },
  'MP+rmw-relaxed+rmb': {
    allowedBy: weak,
    threads: (x, y) =>
      passing(
        () => y.exchange(1),
        x,
        y,
        () => {
          fence(Fence.read);
        },
      ),
    outcome: stale,
  },
  'MP+wmb+rmw+rmb': {
    // Another thread's read-modify-write goes on with the first fence.
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
        fence(Fence.write);
        y.write(1);
      },
      () => {
        const first = y.read();
        fence(Fence.read);
        return both(first, x.read());
      },
      () => y.fetchAdd(1),
    ],
    outcome: (results) => results[1] === '2 0',
  },
  'MP+unlock-lock+rmb': {
    // C11's unlock and lock order nothing for who has neither.
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => {
      const [a, b] = [new SpinLock(), new SpinLock()];
      return [
        () => {
          a.lock();
          x.write(1);
          a.unlock();
          b.lock();
          y.write(1);
          b.unlock();
        },
        () => {
          const first = y.read();
          fence(Fence.read);
          return both(first, x.read());
        },
      ];
    },
    outcome: stale,
  },
  'MP+release+rmw-own-acquire': {
    // The kernel's model does not order a write before the read of it by its own thread.
    allowedBy: ['lkmm'],
    threads: (x, y) => [
      () => {
        x.write(1);
        y.write(1, Order.release);
      },
      () => {
        const first = y.fetchAdd(1);
        y.read(Order.acquire);
        return both(first, x.read());
      },
    ],
    outcome: stale,
  },
  'SB+unlock-lock+mb': {
    // RISC-V's ticket lock has a fully ordered atomic_fetch_add(), its queued one not, and arm64's release and acquire are RCsc.
    allowedBy: ['riscv-qspinlock', 'power', 'lkmm', 'rc11', 'rc11-cpp20'],
    threads: (x, y) => {
      const [a, b] = [new SpinLock(), new SpinLock()];
      return [
        () => {
          a.lock();
          x.write(1);
          a.unlock();
          b.lock();
          const read = y.read();
          b.unlock();
          return read;
        },
        () => (y.write(1), fence(Fence.full), x.read()),
      ];
    },
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'WRC+ctrl+acquire': {
    allowedBy: ['power', 'lkmm', 'rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
      },
      () => {
        const read = x.read();
        y.write(1);
        return read;
      },
      () => both(y.read(Order.acquire), x.read()),
    ],
    outcome: (results) => results[1] === 1 && results[2] === '1 0',
  },
  'WRC+release+acquire': {
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
      },
      () => {
        const read = x.read();
        y.write(1, Order.release);
        return read;
      },
      () => both(y.read(Order.acquire), x.read()),
    ],
    outcome: (results) => results[1] === 1 && results[2] === '1 0',
  },
  'WRC+release+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
      },
      () => {
        const read = x.read();
        y.write(1, Order.release);
        return read;
      },
      follows(x, y),
    ],
    outcome: (results) => results[1] === 1 && results[2] === '1 0',
  },
  'WRC+mb+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
      },
      () => {
        const read = x.read();
        fence(Fence.full);
        y.write(1);
        return read;
      },
      follows(x, y),
    ],
    outcome: (results) => results[1] === 1 && results[2] === '1 0',
  },
  'WRC+locks+mb': {
    // ISA2+pooncelock+pooncelock+pombonce of tools/memory-model, where C11's locks order nothing for the last thread.
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => {
      const lock = new SpinLock();
      return [
        () => {
          lock.lock();
          x.write(1);
          lock.unlock();
        },
        () => {
          lock.lock();
          const read = x.read();
          y.write(1);
          lock.unlock();
          return read;
        },
        () => {
          const first = y.read();
          fence(Fence.full);
          return both(first, x.read());
        },
      ];
    },
    outcome: (results) => results[1] === 1 && results[2] === '1 0',
  },
  'IRIW+acquires': {
    allowedBy: ['power', 'lkmm', 'rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
      },
      () => {
        y.write(1);
      },
      () => both(x.read(Order.acquire), y.read()),
      () => both(y.read(Order.acquire), x.read()),
    ],
    outcome: (results) => results[2] === '1 0' && results[3] === '1 0',
  },
  'IRIW+mbs': {
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
      },
      () => {
        y.write(1);
      },
      () => {
        const first = x.read();
        fence(Fence.full);
        return both(first, y.read());
      },
      () => {
        const first = y.read();
        fence(Fence.full);
        return both(first, x.read());
      },
    ],
    outcome: (results) => results[2] === '1 0' && results[3] === '1 0',
  },
  'start and join': {
    allowedBy: [],
    threads: (x, y) => [
      () => {
        x.write(1);
        const child = spawn(() => {
          const read = x.read();
          y.write(1);
          return read;
        });
        const read = child.join() as number;
        return both(read, y.read());
      },
    ],
    outcome: (results) => results[0] !== '1 1',
  },
  'MP+start+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
        spawn(nothing);
        y.write(1);
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'MP+join+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        const child = spawn(nothing);
        x.write(1);
        child.join();
        y.write(1);
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'MP+starts+addr': {
    // The thread that writes y is started by one that is started after x is written.
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
        spawn(() => spawn(() => y.write(1)));
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'MP+joins+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        spawn(() => spawn(() => x.write(1)).join()).join();
        y.write(1);
      },
      follows(x, y),
    ],
    outcome: stale,
  },
  'WRC+start+addr': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        const read = x.read();
        spawn(() => y.write(1));
        return read;
      },
      follows(x, y),
      () => {
        x.write(1);
      },
    ],
    outcome: (results) => results[0] === 1 && results[1] === '1 0',
  },
  'SB+start+mb': {
    allowedBy: ['rc11', 'rc11-cpp20'],
    threads: (x, y) => [
      () => {
        x.write(1);
        spawn(nothing);
        return y.read();
      },
      () => (y.write(1), fence(Fence.full), x.read()),
    ],
    outcome: ([a, b]) => a === 0 && b === 0,
  },
  'S+start': {
    // What the parent does after it has started a thread is not ordered with that thread.
    allowedBy: weak,
    threads: (x, y) => [
      () => {
        const child = spawn(() => both(y.read(), x.read()));
        x.write(1);
        y.write(1);
        return child.join();
      },
    ],
    outcome: (results) => results[0] === '1 0',
  },
};

describe('classic shapes', () => {
  for (const [name, { allowedBy, threads, outcome }] of Object.entries(shapes)) {
    it.each(memoryModels.map((model) => [model.id, model] as const))(
      `${name} under %s`,
      (id, model) => {
        const setup: Setup = () => {
          const [x, y] = [cell(0, 'x'), cell(0, 'y')];
          return {
            threads: threads(x, y),
            finally: (results) => {
              assert(!outcome(results, x, y), 'the outcome in question');
            },
          };
        };
        const { verdict } = explore(setup, { model });
        expect(verdict).toBe(allowedBy.includes(id) ? 'violated' : 'verified');
      },
    );
  }
});
