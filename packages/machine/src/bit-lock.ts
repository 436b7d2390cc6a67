import { Order } from '@pagerace/explorer';
import { VM_BUG_ON } from './bug.js';
import { type Bit, clearBitUnlock, testAndSetBitLock } from './bitops.js';
import { lockClass, type LockClass } from './lock-class.js';
import { lockdepAcquire, lockdepAcquired, type TrackedLock } from './lockdep.js';
import { orderHere } from './ordering-site.js';
import { mightSleep } from './preempt.js';
import { current } from './task.js';
import { trace } from './trace.js';

const isClear = (value: number): boolean => value === 0;
const set = (): number => 1;

/**
 * A bit of a flags word that is used as a sleeping lock, such as PG_locked.
 *
 * Another task than the one that locked may unlock it, as an I/O completion does with PG_locked.
 */
export class BitLock implements TrackedLock {
  readonly lockClass: LockClass;

  /** @param className the place in the lock order, such as `PG_locked` */
  constructor(
    readonly bit: Bit,
    className: string,
  ) {
    this.lockClass = lockClass(className);
  }

  get name(): string {
    return this.bit.name;
  }
}

/** wait_on_bit_lock(): sleeps until the bit is clear, and sets it. Acquires. */
export function bitLock(lock: BitLock, site?: string): void {
  mightSleep(`lock of ${lock.name}`);
  lockdepAcquire(lock);
  const order = orderHere('test_and_set_bit_lock', Order.acquire, site);
  trace('test_and_set_bit_lock');
  lock.bit.awaitUpdate(isClear, set, order);
  lockdepAcquired(lock);
}

/** @returns whether the bit was clear and is now set; acquires if so */
export function bitTrylock(lock: BitLock, site?: string): boolean {
  if (testAndSetBitLock(lock.bit, site)) return false;
  lockdepAcquired(lock);
  return true;
}

/** Clears the bit. Releases. */
export function bitUnlock(lock: BitLock, site?: string): void {
  const { held } = current();
  const at = held.findLastIndex((one) => one.lock === lock);
  if (at >= 0) held.splice(at, 1);
  VM_BUG_ON(!clearBitUnlock(lock.bit, site), `${lock.name} is unlocked but not set`);
}
