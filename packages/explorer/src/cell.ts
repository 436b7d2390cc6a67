import { failureOrderOf, mustBeFailureOrder, Order } from './order.js';
import { type Condition, runtime } from './runtime.js';
import { Update } from './update.js';

/**
 * A shared memory location. Everything that two threads share lives in a cell.
 *
 * A value is any immutable JavaScript value; values are compared with `===`. Every operation is one
 * event of the execution graph (a read-modify-write is two: its read and, if it succeeds, its write).
 */
export class Cell<T> {
  /** The object that the cell is a part of, see {@link whole}. @internal */
  object: object | undefined = undefined;
  /** Whether it is a {@link SpinLock}. @internal */
  isSpinLock = false;

  /** Made by {@link cell}: the identity is the runtime's. */
  constructor(
    readonly id: number,
    readonly name: string,
    readonly initial: T,
  ) {}

  read(order: Order = Order.relaxed): T {
    return runtime().read(this, order) as T;
  }

  write(value: T, order: Order = Order.relaxed): void {
    runtime().write(this, value, order);
  }

  /** Adds `addend`; returns the value before. */
  fetchAdd(this: Cell<number>, addend: number, order: Order = Order.relaxed): number {
    return runtime().update(this, Update.add, addend, undefined, order, null) as number;
  }

  /** Stores `value`; returns the value before. */
  exchange(value: T, order: Order = Order.relaxed): T {
    return runtime().update(this, Update.exchange, value, undefined, order, null) as T;
  }

  /**
   * Stores `desired` if the value is `expected`, else only reads; returns the value before.
   *
   * @param failure the order of the read if it fails, under a model in which it has one
   *   (`failuresOrder` of the model); by default `order` without its release
   */
  compareExchange(
    expected: T,
    desired: T,
    order: Order = Order.relaxed,
    failure: Order = failureOrderOf(order),
  ): T {
    mustBeFailureOrder(failure);
    const kind = Update.compareExchange;
    return runtime().update(this, kind, expected, desired, order, null, failure) as T;
  }

  /** Adds `addend` unless the value is `unless`; returns whether it did. */
  addUnless(
    this: Cell<number>,
    addend: number,
    unless: number,
    order: Order = Order.relaxed,
  ): boolean {
    return runtime().update(this, Update.addUnless, addend, unless, order, null) !== unless;
  }

  /**
   * Replaces the value by `change(value)`, atomically; `undefined` writes nothing.
   *
   * @param change a pure function; it may run any number of times
   * @returns the value before
   */
  update(change: (old: T) => T | undefined, order: Order = Order.relaxed): T {
    const tries = elseNothing(change);
    const old = runtime().update(this, Update.apply, tries, undefined, order, null) as T;
    change(old);
    return old;
  }

  /** Waits, without spinning, until the value satisfies `condition`; returns that value. */
  await(condition: (value: T) => boolean, order: Order = Order.relaxed): T {
    const value = runtime().await(this, elseGoOn(condition), order) as T;
    condition(value);
    return value;
  }

  /** Waits until the value satisfies `condition` and replaces it in the same step: what locks are made of. */
  awaitUpdate(
    condition: (value: T) => boolean,
    change: (old: T) => T,
    order: Order = Order.acquire,
  ): T {
    const [tries, until] = [elseNothing(change), elseGoOn(condition)];
    const old = runtime().update(this, Update.apply, tries, undefined, order, until) as T;
    condition(old);
    change(old);
    return old;
  }
}

// A condition or a change of the program may throw on some values. The explorer calls it outside of the
// thread, too; so there it does not throw. The thread goes on with the value, and itself calls it again.

/** A condition that is satisfied by what it throws on: the thread then reads that value. */
function elseGoOn<T>(condition: (value: T) => boolean): Condition {
  return (value) => {
    try {
      return condition(value as T);
    } catch (thrown) {
      return isError(thrown);
    }
  };
}

/** A change that writes nothing over what it throws on. */
function elseNothing<T>(change: (old: T) => T | undefined): (old: T) => T | undefined {
  return (old) => {
    try {
      return change(old);
    } catch (thrown) {
      isError(thrown);
      return undefined;
    }
  };
}

/** @throws what is no error, such as the explorer's own signals */
function isError(thrown: unknown): true {
  if (thrown instanceof Error) return true;
  throw thrown;
}

/**
 * Makes a cell. During set-up it is one location of the program; inside a thread it is a fresh
 * location whose identity is the thread and the index of the creation within it, the same in every
 * execution.
 *
 * @param initial the value before any write: a constant of the program
 */
export function cell<T>(initial: T, name?: string): Cell<T> {
  const made = runtime().createCell(initial, name);
  parts?.push(made);
  return made as Cell<T>;
}

let parts: Cell<unknown>[] | undefined;

/** Runs `make`; `claim` is told of the cells that were made. */
function collectParts<T>(make: () => T, claim: (made: T) => object): T {
  const before = parts;
  const own: Cell<unknown>[] = (parts = []);
  try {
    const made = make();
    for (const part of own) part.object ??= claim(made);
    return made;
  } finally {
    parts = before;
  }
}

/** Makes an object; the cells that are made for it are its parts, and are reached with it: {@link reach}. */
export function whole<T extends object>(make: () => T): T {
  return collectParts(make, (made) => made);
}

/** Makes cells that are further parts of an object that there is already. */
export function partsOf<T>(object: object, make: () => T): T {
  return collectParts(make, () => object);
}

/**
 * The running thread reaches `object` by a pointer that it has read: from here on its accesses to the
 * object's cells depend by address on its newest read of such a pointer. A memory model of hardware
 * orders them after it.
 *
 * @param object what {@link whole} made, or a cell that is part of nothing
 * @param isPointer whether a value points to the object, or holds a pointer to it
 * @returns the object
 */
export function reach<T extends object>(object: T, isPointer: (value: unknown) => boolean): T {
  runtime().reach(object, isPointer);
  return object;
}

/**
 * Makes an object that holds cells, inside a thread: every execution gets the same object, so that a
 * pointer to it can be stored in a cell and compared.
 *
 * @param factory makes the object; it must not depend on what the thread has read
 */
export function allocate<T>(factory: () => T): T {
  return runtime().allocate(factory) as T;
}
