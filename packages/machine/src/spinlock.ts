import { SpinLock, Violation } from '@pagerace/explorer';
import { MachineProperty } from './bug.js';
import { localIrqRestore, localIrqSave } from './irq.js';
import { lockClass, type LockClass } from './lock-class.js';
import { lockdepAcquire, lockdepAcquired, lockdepRelease, type TrackedLock } from './lockdep.js';
import { preemptDisable, preemptEnable } from './preempt.js';
import { taskName } from './task.js';
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

/** spin_lock_init(), of a lock in memory that was free; one that is new needs none. */
export function spinLockInit(lock: Spinlock): void {
  lock.held.init();
}

/**
 * ptlock_free() (mm/memory.c): the page table that the lock is in is freed. Whoever takes it from now on
 * makes a mistake, and so does who holds it, as he will release it. The lock itself remembers: the
 * accesses that there are find it out, and where no table is freed there is no event more.
 */
export function ptlockFree(lock: Spinlock): void {
  if (lock.held.destroy()) return;
  throw new Violation(
    MachineProperty.ptlOwner,
    `${taskName()} frees the page table that ${lock.name} is in, while it is held`,
  );
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
  if (!lock.held.lock()) {
    throw new Violation(
      MachineProperty.ptlOwner,
      `${taskName()} takes ${lock.name}, which went with the page table that it was in`,
    );
  }
  lockdepAcquired(lock, as);
}
