import { describe, expect, test } from 'vitest';
import {
  BitLock,
  bitLock,
  bitTrylock,
  bitUnlock,
  cell,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  lockdepAssertHeld,
  Mutex,
  mutexLock,
  mutexTrylock,
  mutexUnlock,
  read,
  RwSemaphore,
  Spinlock,
  spinLock,
  spinLockNested,
  spinTrylock,
  spinUnlock,
  upRead,
  upWrite,
  write,
} from '../src/index.js';
import { outcomes, run, violated } from './program.js';

describe.each([
  ['spinlock', () => spinPair()],
  ['mutex', () => mutexPair()],
  ['rw_semaphore for writing', () => rwsemPair()],
  ['bit lock', () => bitPair()],
] as const)('%s', (_name, make) => {
  test('excludes', () => {
    const { verdict, executions } = run((machine) => {
      const [lock, unlock] = make();
      const counter = cell(0, 'counter');
      const increment = (): void => {
        lock();
        write(counter, read(counter) + 1);
        unlock();
      };
      machine.cpu(0).run('one', increment);
      machine.cpu(1).run('other', increment);
      return () => {
        if (counter.read() !== 2) throw new Error('an increment was lost');
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBe(2);
  });
});

type Pair = readonly [lock: () => void, unlock: () => void];

function spinPair(): Pair {
  const lock = new Spinlock('s');
  return [() => spinLock(lock), () => spinUnlock(lock)];
}

function mutexPair(): Pair {
  const mutex = new Mutex('m');
  return [() => mutexLock(mutex), () => mutexUnlock(mutex)];
}

function rwsemPair(): Pair {
  const semaphore = new RwSemaphore('rw');
  return [() => downWrite(semaphore), () => upWrite(semaphore)];
}

function bitPair(): Pair {
  const lock = new BitLock(cell(0, 'PG_locked'), 'PG_locked');
  return [() => bitLock(lock), () => bitUnlock(lock)];
}

test('readers of an rw_semaphore share it and keep writers out', () => {
  const all = outcomes((machine) => {
    const semaphore = new RwSemaphore('rw');
    machine.cpu(0).run('reader', () => {
      downRead(semaphore);
      const both = downReadTrylock(new RwSemaphore('other'));
      upRead(semaphore);
      return both;
    });
    machine.cpu(1).run('writer', () => downWriteTrylock(semaphore));
  });
  expect(all).toEqual(['reader=true writer=false', 'reader=true writer=true']);
});

test('a trylock fails while the lock is held', () => {
  const all = outcomes((machine) => {
    const spinlock = new Spinlock('s');
    const mutex = new Mutex('m');
    const bit = new BitLock(cell(0, 'bit'), 'bit');
    machine.cpu(0).run('once', () => {
      const first = [spinTrylock(spinlock), mutexTrylock(mutex), bitTrylock(bit)];
      const second = [spinTrylock(spinlock), mutexTrylock(mutex), bitTrylock(bit)];
      spinUnlock(spinlock);
      return [...first, ...second].join();
    });
  });
  expect(all).toEqual(['once=true,true,true,false,false,false']);
});

describe('lockdep', () => {
  /** Two CPUs, each taking two locks; the second in the other order if `inverted`. */
  const takers = (inverted: boolean, together: boolean) =>
    violated((machine) => {
      const a = new Spinlock('a');
      const b = new Spinlock('b');
      const gate = cell(0, 'gate');
      const nested = (outer: Spinlock, inner: Spinlock) => () => {
        spinLock(outer);
        spinLock(inner);
        spinUnlock(inner);
        spinUnlock(outer);
      };
      machine.cpu(0).run('one', () => {
        nested(a, b)();
        gate.write(1);
      });
      machine.cpu(1).run('other', () => {
        // Apart, the two never deadlock, and lockdep finds the inversion all the same.
        if (!together) gate.await((open) => open === 1);
        (inverted ? nested(b, a) : nested(a, b))();
      });
    });

  test('finds an inversion that does not deadlock', () => {
    expect(takers(true, false)).toEqual(['lock-order']);
    expect(takers(false, false)).toEqual([]);
  });

  test('and the explorer the deadlock itself', () => {
    expect([...takers(true, true)].sort()).toEqual(['deadlock', 'lock-order']);
  });

  test('names the cycle by its classes', () => {
    const { violations } = run((machine) => {
      const locks = ['c', 'a', 'b'].map((name) => new Spinlock(`${name}1`, name));
      const cpu = machine.cpu(0);
      cpu.run('all', () => {
        for (const [outer, inner] of [
          [0, 1],
          [1, 2],
          [2, 0],
        ] as const) {
          spinLock(locks[outer]!);
          spinLock(locks[inner]!);
          spinUnlock(locks[inner]!);
          spinUnlock(locks[outer]!);
        }
      });
    });
    expect(violations.map(({ message }) => message)).toEqual([
      'possible circular locking: a -> b -> c -> a',
    ]);
  });

  test('two locks of one class need a subclass', () => {
    const nest = (subclass: number) =>
      violated((machine) => {
        const [one, other] = [new Spinlock('ptl1', 'ptl'), new Spinlock('ptl2', 'ptl')];
        machine.cpu(0).run('fork', () => {
          spinLock(one);
          spinLockNested(other, subclass);
          spinUnlock(other);
          spinUnlock(one);
        });
      });
    expect(nest(0)).toEqual(['lock-order']);
    expect(nest(1)).toEqual([]);
  });

  test('a trylock adds no order', () => {
    expect(
      violated((machine) => {
        const [a, b] = [new Spinlock('a'), new Spinlock('b')];
        machine.cpu(0).run('careful', () => {
          spinLock(a);
          if (spinTrylock(b)) spinUnlock(b);
          spinUnlock(a);
          spinLock(b);
          spinLock(a);
          spinUnlock(a);
          spinUnlock(b);
        });
      }),
    ).toEqual([]);
  });

  test('the holder of a lock must not take it again, nor anybody unlock what is not held', () => {
    expect(
      violated((machine) => {
        const lock = new Spinlock('s');
        machine.cpu(0).run('twice', () => {
          spinLock(lock);
          spinLock(lock);
        });
      }),
    ).toEqual(['lock-recursion']);
    expect(
      violated((machine) => {
        const lock = new Mutex('m');
        machine.cpu(0).run('never', () => mutexUnlock(lock));
      }),
    ).toEqual(['lock-not-held']);
    expect(
      violated((machine) => {
        const lock = new Spinlock('s');
        machine.cpu(0).run('assert', () => lockdepAssertHeld(lock));
      }),
    ).toEqual(['lock-not-held']);
  });

  test('a bit lock may be released by another task, but not twice', () => {
    const twice = (releases: number) =>
      violated((machine) => {
        const lock = new BitLock(cell(0, 'PG_locked'), 'PG_locked');
        const locked = cell(false, 'locked');
        machine.cpu(0).run('submit', () => {
          bitLock(lock);
          locked.write(true);
        });
        machine.cpu(1).run('complete', () => {
          locked.await((is) => is);
          for (let n = 0; n < releases; n++) bitUnlock(lock);
        });
      });
    expect(twice(1)).toEqual([]);
    expect(twice(2)).toEqual(['VM_BUG_ON']);
  });
});

test('what sleeps must not be called with a spinlock held', () => {
  for (const sleep of [mutexPair, rwsemPair, bitPair]) {
    expect(
      violated((machine) => {
        const [lock] = sleep();
        const spinlock = new Spinlock('s');
        machine.cpu(0).run('careless', () => {
          spinLock(spinlock);
          lock();
        });
      }),
    ).toEqual(['sleep-in-atomic']);
  }
});
