import { Order, Violation } from '@pagerace/explorer';
import type { Atomic } from './atomic.js';
import { MachineProperty } from './bug.js';
import { orderHere } from './ordering-site.js';
import { taskName } from './task.js';
import { trace } from './trace.js';

// Reference counts that are plain atomics in the kernel, such as struct page's, and that it checks only
// with debugging options. The model sees the value before anyway.

/** atomic_add() of references to an object that has some. Unordered. */
export function referenceAdd(count: Atomic, references: number): void {
  trace(references === 1 ? 'atomic_inc' : 'atomic_add');
  const before = count.fetchAdd(references, Order.relaxed);
  if (before <= 0) mistaken(`takes a reference with ${count.name} at ${String(before)}`);
}

/** atomic_sub() of references that are held, of which the caller keeps some. Unordered. */
export function referenceSub(count: Atomic, references: number): void {
  trace('atomic_sub');
  const before = count.fetchAdd(-references, Order.relaxed);
  if (before <= references) dropped(count, references, before);
}

/** atomic_sub_and_test() of references that are held. Fully ordered. @returns whether none is left */
export function referenceSubAndTest(count: Atomic, references: number, site?: string): boolean {
  const primitive = references === 1 ? 'atomic_dec_and_test' : 'atomic_sub_and_test';
  const order = orderHere(primitive, Order.full, site);
  trace(primitive);
  const before = count.fetchAdd(-references, order);
  if (before < references) dropped(count, references, before);
  return before === references;
}

function dropped(count: Atomic, references: number, before: number): never {
  mistaken(`drops ${String(references)} of ${String(before)} references from ${count.name}`);
}

function mistaken(what: string): never {
  throw new Violation(MachineProperty.refcount, `${taskName()} ${what}`);
}
