import { RwLock } from '@pagerace/explorer';
import { lockClass, type LockClass } from './lock-class.js';
import { lockdepAcquire, lockdepAcquired, lockdepRelease, type TrackedLock } from './lockdep.js';
import { mightSleep } from './preempt.js';
import { trace } from './trace.js';

/** struct rw_semaphore: many readers or one writer, who may sleep. */
export class RwSemaphore implements TrackedLock {
  readonly lockClass: LockClass;
  /** @internal */
  readonly holders: RwLock;

  constructor(
    readonly name: string,
    className: string = name,
  ) {
    this.lockClass = lockClass(className);
    this.holders = new RwLock(name);
  }
}

export function downRead(semaphore: RwSemaphore): void {
  mightSleep(`down_read(${semaphore.name})`);
  lockdepAcquire(semaphore);
  trace('down_read');
  semaphore.holders.readLock();
  lockdepAcquired(semaphore);
}

/** @returns whether the semaphore is now held for reading */
export function downReadTrylock(semaphore: RwSemaphore): boolean {
  trace('down_read_trylock');
  if (!semaphore.holders.tryReadLock()) return false;
  lockdepAcquired(semaphore);
  return true;
}

export function upRead(semaphore: RwSemaphore): void {
  lockdepRelease(semaphore);
  trace('up_read');
  semaphore.holders.readUnlock();
}

export function downWrite(semaphore: RwSemaphore, subclass = 0): void {
  mightSleep(`down_write(${semaphore.name})`);
  const as = lockClass(semaphore.lockClass.name, subclass);
  lockdepAcquire(semaphore, as);
  trace('down_write');
  semaphore.holders.writeLock();
  lockdepAcquired(semaphore, as);
}

/** @returns whether the semaphore is now held for writing */
export function downWriteTrylock(semaphore: RwSemaphore): boolean {
  trace('down_write_trylock');
  if (!semaphore.holders.tryWriteLock()) return false;
  lockdepAcquired(semaphore);
  return true;
}

export function upWrite(semaphore: RwSemaphore): void {
  lockdepRelease(semaphore);
  trace('up_write');
  semaphore.holders.writeUnlock();
}
