import { ModelError } from './errors.js';
import { shown } from './options.js';

/**
 * How strongly an access is ordered against its neighbours in program order.
 *
 * The names are those of C11 and of the Linux kernel memory model; each memory model decides what
 * they mean. `relaxed` is the kernel's READ_ONCE/WRITE_ONCE, `full` a value-returning atomic.
 */
export const Order = {
  /** An ordinary access: the compiler may tear or repeat it, and a conflicting one is a data race. */
  plain: 0,
  relaxed: 1,
  acquire: 2,
  release: 3,
  acquireRelease: 4,
  /**
   * Of a read-modify-write, the kernel's "fully ordered": as if between two full fences. Of a store, a release
   * that a full fence follows; of a load, an acquire. Under RC11 each is memory_order_seq_cst. smp_store_mb()
   * is weaker: a relaxed store and a full fence, which releases nothing.
   */
  full: 5,
} as const;
export type Order = (typeof Order)[keyof typeof Order];

/** The kinds of fence; a memory model that does not know one treats it as absent. */
export const Fence = {
  /** A compiler barrier: orders nothing in hardware. */
  compiler: 0,
  /** smp_mb(), or C11's sequentially consistent fence. */
  full: 1,
  /** smp_rmb(): reads before it against reads after it. */
  read: 2,
  /** smp_wmb(): writes before it against writes after it. */
  write: 3,
  acquire: 4,
  release: 5,
  /** Writes before it against everything after it: Arm's DSB ISHST. */
  writeToAny: 6,
} as const;
export type Fence = (typeof Fence)[keyof typeof Fence];

/** Whether a read of this order acquires. */
export function acquires(order: number): boolean {
  return order === Order.acquire || order === Order.acquireRelease || order === Order.full;
}

/** Whether a write of this order releases. */
export function releases(order: number): boolean {
  return order === Order.release || order === Order.acquireRelease || order === Order.full;
}

/**
 * The order of the read of a compare-exchange that fails, if its caller names none: as in C++
 * ([atomics.types.operations]), that of its success without the release.
 */
export function failureOrderOf(success: Order): Order {
  if (success === Order.full) return Order.full;
  return acquires(success) ? Order.acquire : Order.relaxed;
}

/** @throws {ModelError} for what a compare-exchange that fails cannot have: it is atomic and writes nothing */
export function mustBeFailureOrder(order: number): void {
  mustBeOrder(order);
  if (order !== Order.relaxed && order !== Order.acquire && order !== Order.full) {
    throw new ModelError(
      `Order.${orderName(order)} is no order of a compare-exchange that fails: it must be ` +
        'Order.relaxed, Order.acquire, Order.full',
    );
  }
}

/** Whether a fence orders the reads before it against what follows. */
export function isAcquireFence(fence: number): boolean {
  return fence === Fence.full || fence === Fence.read || fence === Fence.acquire;
}

/** Whether a fence orders what precedes it against the writes after it. */
export function isReleaseFence(fence: number): boolean {
  return fence === Fence.full || fence === Fence.write || fence === Fence.release;
}

/** The kernel's spelling of an order, for output. */
export function orderName(order: number): string {
  return Object.entries(Order).find(([, code]) => code === order)?.[0] ?? `order ${String(order)}`;
}

/** The kernel's spelling of a fence, for output. */
export function fenceName(fence: number): string {
  return Object.entries(Fence).find(([, code]) => code === fence)?.[0] ?? `fence ${String(fence)}`;
}

/** @throws {ModelError} for what is no {@link Order} */
export function mustBeOrder(order: number): void {
  if (order >>> 0 !== order || order > Order.full) throw noSuch('Order', order, Order);
}

/** @throws {ModelError} for what is no {@link Fence} */
export function mustBeFence(fence: number): void {
  if (fence >>> 0 !== fence || fence > Fence.writeToAny) throw noSuch('Fence', fence, Fence);
}

function noSuch(kind: string, value: unknown, known: Readonly<Record<string, number>>): ModelError {
  const names = Object.keys(known).map((name) => `${kind}.${name}`);
  return new ModelError(`${shown(value)} is no ${kind}: it must be ${names.join(', ')}`);
}
