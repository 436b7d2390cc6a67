import { type Cell, Fence, fence, Order } from '@pagerace/explorer';
import { fenceHere, orderHere, standInHere } from './ordering-site.js';
import { trace } from './trace.js';

/**
 * An ordinary C read. What a lock protects is accessed like this; an unordered conflicting access is
 * a data race.
 */
export function read<T>(variable: Cell<T>): T {
  trace('read');
  return variable.read(Order.plain);
}

/** An ordinary C write; see {@link read}. */
export function write<T>(variable: Cell<T>, value: T): void {
  trace('write');
  variable.write(value, Order.plain);
}

/** READ_ONCE(): marked, unordered. */
export function readOnce<T>(variable: Cell<T>): T {
  trace('READ_ONCE');
  return variable.read(Order.relaxed);
}

/** WRITE_ONCE(): marked, unordered. */
export function writeOnce<T>(variable: Cell<T>, value: T): void {
  trace('WRITE_ONCE');
  variable.write(value, Order.relaxed);
}

/** smp_load_acquire(): no later access comes before it. */
export function smpLoadAcquire<T>(variable: Cell<T>, suffix?: string): T {
  const order = orderHere('smp_load_acquire', Order.acquire, suffix);
  trace('smp_load_acquire');
  return variable.read(order);
}

/** smp_store_release(): no earlier access comes after it. */
export function smpStoreRelease<T>(variable: Cell<T>, value: T, suffix?: string): void {
  const order = orderHere('smp_store_release', Order.release, suffix);
  trace('smp_store_release');
  variable.write(value, order);
}

/** smp_store_mb(): WRITE_ONCE() followed by a full barrier; it does not release. */
export function smpStoreMb<T>(variable: Cell<T>, value: T, suffix?: string): void {
  const barrier = fenceHere('smp_store_mb', Fence.full, suffix);
  trace('smp_store_mb');
  variable.write(value, Order.relaxed);
  if (barrier !== undefined) fence(barrier);
}

/**
 * WRITE_ONCE(), and a release that hardware or a wake-up gives where the kernel asks for none; see
 * {@link OrderingSite.standsFor}.
 *
 * @param what names the site in its function: `file:function:what`
 */
export function standInRelease<T>(
  variable: Cell<T>,
  value: T,
  what: string,
  standsFor: string,
): void {
  const order = standInHere(what, Order.release, standsFor);
  trace('WRITE_ONCE');
  variable.write(value, order);
}
