import { type Cell, Order } from '@pagerace/explorer';
import { orderHere } from './ordering-site.js';
import { trace } from './trace.js';

// Documentation/atomic_t.txt: an operation that returns a value is fully ordered, one that returns
// none is unordered, a conditional one is fully ordered if it succeeds and unordered if it fails; the
// suffixes _relaxed, _acquire and _release say otherwise.

/** atomic_t. */
export type Atomic = Cell<number>;

export function atomicRead(variable: Atomic): number {
  trace('atomic_read');
  return variable.read(Order.relaxed);
}

export function atomicReadAcquire(variable: Atomic, site?: string): number {
  const order = orderHere('atomic_read_acquire', Order.acquire, site);
  trace('atomic_read_acquire');
  return variable.read(order);
}

export function atomicSet(variable: Atomic, value: number): void {
  trace('atomic_set');
  variable.write(value, Order.relaxed);
}

export function atomicSetRelease(variable: Atomic, value: number, site?: string): void {
  const order = orderHere('atomic_set_release', Order.release, site);
  trace('atomic_set_release');
  variable.write(value, order);
}

/** Unordered, as it returns nothing to the kernel; the model may look at the value before. */
export function atomicAdd(variable: Atomic, addend: number): number {
  trace(addend < 0 ? 'atomic_sub' : 'atomic_add');
  return variable.fetchAdd(addend, Order.relaxed);
}

/** Unordered; see {@link atomicAdd}. */
export function atomicInc(variable: Atomic): number {
  trace('atomic_inc');
  return variable.fetchAdd(1, Order.relaxed);
}

/** Unordered; see {@link atomicAdd}. */
export function atomicDec(variable: Atomic): number {
  trace('atomic_dec');
  return variable.fetchAdd(-1, Order.relaxed);
}

/** @returns the value after */
export function atomicAddReturn(variable: Atomic, addend: number, site?: string): number {
  return addend + fetchAdd('atomic_add_return', variable, addend, Order.full, site);
}

export function atomicAddReturnRelaxed(variable: Atomic, addend: number): number {
  return addend + fetchAdd('atomic_add_return_relaxed', variable, addend, Order.relaxed);
}

export function atomicSubReturn(variable: Atomic, subtrahend: number, site?: string): number {
  return fetchAdd('atomic_sub_return', variable, -subtrahend, Order.full, site) - subtrahend;
}

/** @returns the value before */
export function atomicFetchAdd(variable: Atomic, addend: number, site?: string): number {
  return fetchAdd('atomic_fetch_add', variable, addend, Order.full, site);
}

/** @returns whether the value is now 0 */
export function atomicDecAndTest(variable: Atomic, site?: string): boolean {
  return fetchAdd('atomic_dec_and_test', variable, -1, Order.full, site) === 1;
}

/** @returns whether the value is now 0 */
export function atomicSubAndTest(variable: Atomic, subtrahend: number, site?: string): boolean {
  return fetchAdd('atomic_sub_and_test', variable, -subtrahend, Order.full, site) === subtrahend;
}

/** @returns whether the value is now 0 */
export function atomicIncAndTest(variable: Atomic, site?: string): boolean {
  return fetchAdd('atomic_inc_and_test', variable, 1, Order.full, site) === -1;
}

/** @returns whether the value is now negative */
export function atomicAddNegative(variable: Atomic, addend: number, site?: string): boolean {
  return fetchAdd('atomic_add_negative', variable, addend, Order.full, site) + addend < 0;
}

/** Adds unless the value is `unless`. @returns whether it did; if not, nothing is ordered */
export function atomicAddUnless(
  variable: Atomic,
  addend: number,
  unless: number,
  site?: string,
): boolean {
  const order = orderHere('atomic_add_unless', Order.full, site);
  trace('atomic_add_unless');
  return variable.addUnless(addend, unless, order);
}

/**
 * {@link atomicAddUnless} with a weaker order on success. The kernel has none such; these are for what
 * would be if it had.
 */
export function atomicAddUnlessAcquire(
  variable: Atomic,
  addend: number,
  unless: number,
  site?: string,
): boolean {
  const order = orderHere('atomic_add_unless_acquire', Order.acquire, site);
  trace('atomic_add_unless_acquire');
  return variable.addUnless(addend, unless, order);
}

/** See {@link atomicAddUnlessAcquire}. */
export function atomicAddUnlessRelaxed(variable: Atomic, addend: number, unless: number): boolean {
  trace('atomic_add_unless_relaxed');
  return variable.addUnless(addend, unless, Order.relaxed);
}

/** @returns whether the value was not 0 and is now one more */
export function atomicIncNotZero(variable: Atomic, site?: string): boolean {
  const order = orderHere('atomic_inc_not_zero', Order.full, site);
  trace('atomic_inc_not_zero');
  return variable.addUnless(1, 0, order);
}

/** @returns the value before: `expected` if it succeeded; if not, nothing is ordered */
export function atomicCmpxchg(
  variable: Atomic,
  expected: number,
  desired: number,
  site?: string,
): number {
  return compareExchange('atomic_cmpxchg', variable, expected, desired, Order.full, site);
}

export function atomicCmpxchgRelaxed(variable: Atomic, expected: number, desired: number): number {
  return compareExchange('atomic_cmpxchg_relaxed', variable, expected, desired, Order.relaxed);
}

/** cmpxchg() of any word. @returns the value before */
export function cmpxchg<T>(variable: Cell<T>, expected: T, desired: T, site?: string): T {
  return compareExchange('cmpxchg', variable, expected, desired, Order.full, site);
}

/** xchg() of any word. @returns the value before */
export function xchg<T>(variable: Cell<T>, value: T, site?: string): T {
  return exchange('xchg', variable, value, Order.full, site);
}

export function xchgRelaxed<T>(variable: Cell<T>, value: T): T {
  return exchange('xchg_relaxed', variable, value, Order.relaxed);
}

export function xchgAcquire<T>(variable: Cell<T>, value: T, site?: string): T {
  return exchange('xchg_acquire', variable, value, Order.acquire, site);
}

export function xchgRelease<T>(variable: Cell<T>, value: T, site?: string): T {
  return exchange('xchg_release', variable, value, Order.release, site);
}

function fetchAdd(
  primitive: string,
  variable: Atomic,
  addend: number,
  order: Order,
  site?: string,
): number {
  const here = orderHere(primitive, order, site);
  trace(primitive);
  return variable.fetchAdd(addend, here);
}

function exchange<T>(
  primitive: string,
  variable: Cell<T>,
  value: T,
  order: Order,
  site?: string,
): T {
  const here = orderHere(primitive, order, site);
  trace(primitive);
  return variable.exchange(value, here);
}

function compareExchange<T>(
  primitive: string,
  variable: Cell<T>,
  expected: T,
  desired: T,
  order: Order,
  site?: string,
): T {
  const here = orderHere(primitive, order, site);
  trace(primitive);
  return variable.compareExchange(expected, desired, here);
}
