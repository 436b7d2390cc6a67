import { assert } from '@pagerace/explorer';
import { Mutex, mutexLock, mutexUnlock, readOnce, writeOnce, cell } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import { describe, expect, test } from 'vitest';
import {
  type IntervalSubscription,
  MEMORY,
  Mm,
  mmuIntervalNotifierInsert,
  mmuIntervalReadBegin,
  mmuIntervalReadRetry,
  mmuIntervalSetSeq,
  mmuNotified,
} from '../src/index.js';
import { exploring, toySystem } from '../src/testing/index.js';

interface Mirror {
  /** The page table: what it maps. */
  readonly table: ReturnType<typeof cell<number>>;
  /** What the mirror has of it; 0 is nothing. */
  readonly copy: ReturnType<typeof cell<number>>;
  readonly lock: Mutex;
  readonly subscription: IntervalSubscription;
}

const { explored, once } = exploring(sc, () => {
  const { machine, wiring } = toySystem();
  return { machine, mm: new Mm(wiring.get(MEMORY), 'mm', []) };
});

function mirror(mm: Mm, start = 0, end = 0x10): Mirror {
  const [table, copy] = [cell(1, 'table'), cell(0, 'copy')];
  const lock = new Mutex('mirror.lock');
  const subscription = mmuIntervalNotifierInsert(mm, start, end, {
    invalidate: (curSeq) => {
      mutexLock(lock);
      mmuIntervalSetSeq(subscription, curSeq);
      writeOnce(copy, 0);
      mutexUnlock(lock);
    },
  });
  return { table, copy, lock, subscription };
}

/** Copies the entry. @param checks whether it asks for invalidations in between */
function fill({ table, copy, lock, subscription }: Mirror, checks = true): void {
  for (let isDone = false; !isDone;) {
    const seq = mmuIntervalReadBegin(subscription);
    const entry = readOnce(table);
    mutexLock(lock);
    isDone = !checks || !mmuIntervalReadRetry(subscription, seq);
    if (isDone) writeOnce(copy, entry);
    mutexUnlock(lock);
  }
}

/** Two changes of the table, and what is wrong if the mirror has something else than the table in the end. */
function race(checks: boolean): ReturnType<typeof explored> {
  return explored(({ machine, mm }) => {
    const one = mirror(mm);
    machine.cpu(0).run('mirror', () => {
      fill(one, checks);
    });
    machine.cpu(1).run('kernel', () => {
      for (const entry of [2, 3]) {
        mmuNotified(mm, 0, 0x10, () => {
          assert(readOnce(one.copy) === 0, 'the mirror has an entry that changes');
          writeOnce(one.table, entry);
        });
      }
    });
    return () => {
      const copy = readOnce(one.copy);
      assert(copy === 0 || copy === readOnce(one.table), `the mirror has ${String(copy)}`);
    };
  });
}

describe('mmu_interval_notifier', () => {
  test('who asks mmu_interval_read_retry() under the lock has no entry that has changed', () => {
    expect(race(true).verdict).toBe('verified');
  });

  test('who does not ask may have one', () => {
    expect(race(false).verdict).toBe('violated');
  });

  test('mmu_interval_read_begin() waits until a change has ended that it has the number of', () => {
    const seen: number[] = [];
    const { verdict } = explored(({ machine, mm }) => {
      const { subscription, table } = mirror(mm);
      machine.cpu(0).run('mirror', () => {
        const seq = mmuIntervalReadBegin(subscription);
        if (seq === 3) assert(readOnce(table) === 2, 'it has not waited');
        return seq;
      });
      machine.cpu(1).run('kernel', () => {
        mmuNotified(mm, 0, 0x10, () => {
          writeOnce(table, 2);
        });
      });
      return (results) => void seen.push(results.mirror as number);
    });
    expect(verdict).toBe('verified');
    expect([...new Set(seen)].sort()).toEqual([1, 3]);
  });

  test('an invalidation elsewhere changes no number', () => {
    const numbers = once(({ mm }) => {
      const { subscription } = mirror(mm);
      const seq = mmuIntervalReadBegin(subscription);
      mmuNotified(mm, 0x10, 0x20, () => undefined);
      const elsewhere = mmuIntervalReadRetry(subscription, seq);
      mmuNotified(mm, 0, 0x20, () => undefined);
      return [elsewhere, mmuIntervalReadRetry(subscription, seq)];
    });
    expect(numbers).toEqual([false, true]);
  });

  test('a change within a change ends with the outer one', () => {
    const numbers = once(({ mm }) => {
      const { subscription } = mirror(mm);
      mmuNotified(mm, 0, 0x10, () => {
        mmuNotified(mm, 0x40, 0x50, () => undefined);
        assert(mm.subscriptions!.invalidateSeq.read() === 3, 'it has ended too early');
      });
      return [mm.subscriptions!.invalidateSeq.read(), mmuIntervalReadBegin(subscription)];
    });
    expect(numbers).toEqual([4, 3]);
  });
});
