import { describe, expect, test } from 'vitest';
import {
  allocate,
  cell,
  type Cell,
  ModelError,
  Simulation,
  spawn,
  SpinLock,
  Violation,
} from '../src/index.js';

/** Runs all threads to their end, or until none can go on. */
function runAll(simulation: Simulation): void {
  while (simulation.step());
}

describe('a simulation', () => {
  test('lets threads wait for one another, and gives their results', () => {
    const simulation = new Simulation({ seed: 1 });
    const flag = simulation.atOnce(() => cell(0, 'flag'));
    const results: unknown[] = [];
    simulation.start(
      'waits',
      () => flag.await((value) => value > 0) * 2,
      (it) => results.push(it),
    );
    simulation.start('stores', () => flag.write(21));
    runAll(simulation);
    expect([results, simulation.threads]).toEqual([[42], 0]);
  });

  test('loses no increment, whenever a thread has to let others go first', () => {
    for (let seed = 0; seed < 20; seed++) {
      const simulation = new Simulation({ seed, slice: 3 });
      const [lock, count, made] = simulation.atOnce(() => [
        new SpinLock('lock'),
        cell(0, 'count'),
        cell(0, 'made'),
      ]);
      for (let nth = 0; nth < 5; nth++) {
        simulation.start(`T${String(nth)}`, () => {
          for (let time = 0; time < 4; time++) {
            lock.lock();
            count.write(count.read() + 1);
            lock.unlock();
          }
          allocate(() => {
            made.fetchAdd(1);
            return {};
          });
        });
      }
      runAll(simulation);
      expect(simulation.atOnce(() => [count.read(), made.read()])).toEqual([20, 5]);
    }
  });

  test('is another with another seed, and the same with the same', () => {
    const order = (seed: number): string => {
      const simulation = new Simulation({ seed, slice: 2 });
      const log = simulation.atOnce(() => cell('', 'log'));
      for (const name of ['a', 'b', 'c'])
        simulation.start(name, () => {
          for (let time = 0; time < 3; time++) log.update((text) => text + name);
        });
      runAll(simulation);
      return simulation.atOnce(() => log.read());
    };
    expect(order(1)).toBe(order(1));
    expect(new Set([1, 2, 3, 4, 5].map(order)).size).toBeGreaterThan(1);
  });

  test('keeps what a thread made when it is run again', () => {
    const simulation = new Simulation({ seed: 3, slice: 1 });
    const started: string[] = [];
    const found: unknown[] = [];
    simulation.start(
      'makes',
      () => {
        const own = cell(1, 'own');
        const object = allocate(() => ({ own: cell(2, 'part') }));
        spawn(() => {
          own.write(5);
          object.own.write(6);
        }, 'other');
        started.push('run');
        return [own.await((value) => value === 5), object.own.await((value) => value === 6)];
      },
      (it) => found.push(it),
    );
    runAll(simulation);
    expect([found, simulation.threads]).toEqual([[[5, 6]], 0]);
    expect(started.length).toBeGreaterThan(1);
  });

  test('ends without a step where every thread waits', () => {
    const simulation = new Simulation({ seed: 1 });
    const flag: Cell<number> = simulation.atOnce(() => cell(0, 'flag'));
    simulation.start('waits', () => flag.await((value) => value > 0));
    runAll(simulation);
    expect([simulation.threads, simulation.isIdle]).toEqual([1, true]);
  });

  test('throws what a thread throws', () => {
    const simulation = new Simulation({ seed: 1 });
    simulation.start('fails', () => {
      throw new Violation('broken', 'it is');
    });
    expect(() => simulation.step()).toThrow('it is');
  });

  test('says so where set-up waits, and where a thread catches the signal that stops it', () => {
    const simulation = new Simulation({ seed: 1 });
    const flag = simulation.atOnce(() => cell(0, 'flag'));
    expect(() => simulation.atOnce(() => flag.await((value) => value > 0))).toThrow(ModelError);
    simulation.start('swallows', () => {
      try {
        flag.await((value) => value > 0);
      } catch {
        return 1;
      }
      return 2;
    });
    expect(() => simulation.step()).toThrow('swallows caught the signal');
  });
});
