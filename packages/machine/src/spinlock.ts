import { SpinLock } from '@pagerace/explorer';
import { localIrqRestore, localIrqSave } from './irq.js';
import { lockClass, type LockClass } from './lock-class.js';
import { lockdepAcquire, lockdepAcquired, lockdepRelease, type TrackedLock } from './lockdep.js';
import { preemptDisable, preemptEnable } from './preempt.js';
import { trace } from './trace.js';

/** spinlock_t. Its holder must not sleep. */
export class Spinlock implements TrackedLock {
  readonly lockClass: LockClass;
  /** @internal */
  readonly held: SpinLock;

  /** @param className the lock's class in the lock order; by default its name */
  constructor(
    readonly name: string,
    className: string = name,
  ) {
    this.lockClass = lockClass(className);
    this.held = new SpinLock(name);
  }
}

export function spinLock(lock: Spinlock): void {
  acquire(lock, lock.lockClass);
}

/** Takes a second lock of the same class, in an order that the caller knows to be safe. */
export function spinLockNested(lock: Spinlock, subclass: number): void {
  acquire(lock, lockClass(lock.lockClass.name, subclass));
}

/** @returns whether the lock was free and is now held; nothing is ordered if not */
export function spinTrylock(lock: Spinlock): boolean {
  preemptDisable();
  trace('spin_trylock');
  if (!lock.held.tryLock()) {
    preemptEnable();
    return false;
  }
  lockdepAcquired(lock);
  return true;
}

export function spinUnlock(lock: Spinlock): void {
  lockdepRelease(lock);
  trace('spin_unlock');
  lock.held.unlock();
  preemptEnable();
}

/** spin_lock_irq(), spin_lock_irqsave(). */
export function spinLockIrq(lock: Spinlock): void {
  localIrqSave();
  spinLock(lock);
}

/** spin_unlock_irq(), spin_unlock_irqrestore(). */
export function spinUnlockIrq(lock: Spinlock): void {
  spinUnlock(lock);
  localIrqRestore();
}

function acquire(lock: Spinlock, as: LockClass): void {
  preemptDisable();
  lockdepAcquire(lock, as);
  trace('spin_lock');
  lock.held.lock();
  lockdepAcquired(lock, as);
}
