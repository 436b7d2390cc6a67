import { SpinLock } from '@pagerace/explorer';
import { lockClass, type LockClass } from './lock-class.js';
import { lockdepAcquire, lockdepAcquired, lockdepRelease, type TrackedLock } from './lockdep.js';
import { mightSleep } from './preempt.js';
import { trace } from './trace.js';

/** struct mutex: a lock whose holder may sleep. */
export class Mutex implements TrackedLock {
  readonly lockClass: LockClass;
  /** @internal */
  readonly held: SpinLock;

  constructor(
    readonly name: string,
    className: string = name,
  ) {
    this.lockClass = lockClass(className);
    this.held = new SpinLock(name);
  }
}

export function mutexLock(mutex: Mutex): void {
  mightSleep(`mutex_lock(${mutex.name})`);
  lockdepAcquire(mutex);
  trace('mutex_lock');
  mutex.held.lock();
  lockdepAcquired(mutex);
}

/** @returns whether the mutex was free and is now held */
export function mutexTrylock(mutex: Mutex): boolean {
  trace('mutex_trylock');
  if (!mutex.held.tryLock()) return false;
  lockdepAcquired(mutex);
  return true;
}

export function mutexUnlock(mutex: Mutex): void {
  lockdepRelease(mutex);
  trace('mutex_unlock');
  mutex.held.unlock();
}
