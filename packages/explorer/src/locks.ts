import { cell, type Cell } from './cell.js';
import { Order } from './order.js';

const isFree = (holders: number): boolean => holders === 0;
const take = (): number => 1;

/** The state of a lock that is there no more: who waits for it gets it, and is told. */
const destroyed = -1;
const isNotHeld = (state: number): boolean => state !== 1;

/** A mutual-exclusion lock. A thread that must wait costs no execution of its own. */
export class SpinLock {
  readonly #held: Cell<number>;

  constructor(name = 'lock') {
    this.#held = cell(0, name);
    this.#held.isSpinLock = true;
  }

  /** @returns whether there was a lock to take: not after {@link destroy} */
  lock(): boolean {
    return this.#held.awaitUpdate(isNotHeld, take, Order.acquire) !== destroyed;
  }

  /** Takes the lock if it is free; orders nothing when it fails. */
  tryLock(): boolean {
    return this.#held.compareExchange(0, 1, Order.acquire) === 0;
  }

  unlock(): void {
    this.#held.write(0, Order.release);
  }

  /** The memory that the lock is in is given back. @returns whether nobody held it */
  destroy(): boolean {
    return isFree(this.#held.exchange(destroyed, Order.relaxed));
  }

  /** The memory is given out again. */
  init(): void {
    this.#held.write(0, Order.relaxed);
  }
}

const writerHolds = -1;
const noWriter = (holders: number): boolean => holders !== writerHolds;
const oneMoreReader = (holders: number): number => holders + 1;
const takeAsWriter = (): number => writerHolds;

/** A lock that many readers or one writer hold. */
export class RwLock {
  readonly #holders: Cell<number>;

  constructor(name = 'rwlock') {
    this.#holders = cell(0, name);
  }

  readLock(): void {
    this.#holders.awaitUpdate(noWriter, oneMoreReader, Order.acquire);
  }

  tryReadLock(): boolean {
    return this.#holders.addUnless(1, writerHolds, Order.acquire);
  }

  readUnlock(): void {
    this.#holders.fetchAdd(-1, Order.release);
  }

  writeLock(): void {
    this.#holders.awaitUpdate(isFree, takeAsWriter, Order.acquire);
  }

  tryWriteLock(): boolean {
    return this.#holders.compareExchange(0, writerHolds, Order.acquire) === 0;
  }

  writeUnlock(): void {
    this.#holders.write(0, Order.release);
  }
}
