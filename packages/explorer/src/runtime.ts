import type { Cell } from './cell.js';
import type { Fence, Order } from './order.js';
import type { Update } from './update.js';

/** A condition on a value that a thread waits for. */
export type Condition = (value: unknown) => boolean;

/** The body of a thread: an ordinary synchronous function; what it returns is the thread's result. */
export type ThreadBody = () => unknown;

/**
 * What answers the operations of a running thread.
 *
 * The explorer is one runtime (it answers from an execution graph); the interleaving machine, which
 * runs a thread against a memory with store buffers, is another. A program cannot tell them apart.
 */
export interface Runtime {
  /** Makes a cell: static during set-up, and by (thread, n-th creation) while a thread runs. */
  createCell(initial: unknown, name: string | undefined): Cell<unknown>;
  /** Runs `factory` once for (thread, n-th allocation) and hands out the same object ever after. */
  allocate(factory: () => unknown): unknown;
  read(cell: Cell<unknown>, order: Order): unknown;
  write(cell: Cell<unknown>, value: unknown, order: Order): void;
  /**
   * A read-modify-write. With a condition it waits until the value that it would read satisfies it.
   *
   * @param failure the order of its read if it fails; {@link Order.relaxed} if not given
   * @returns the value before the update
   */
  update(
    cell: Cell<unknown>,
    update: Update,
    first: unknown,
    second: unknown,
    order: Order,
    condition: Condition | null,
    failure?: Order,
  ): unknown;
  await(cell: Cell<unknown>, condition: Condition, order: Order): unknown;
  fence(fence: Fence): void;
  /** One of 0 … alternatives-1; every one is explored. */
  choose(alternatives: number): number;
  spawn(body: ThreadBody, name: string | undefined): number;
  join(thread: number): unknown;
  /** Ends this execution without a verdict when the condition does not hold. */
  assume(condition: boolean): void;
  /** Notes that the situation `label` arose. */
  cover(label: string): void;
  /** In `finally`: notes an outcome that is no violation. Only an exploration tells observations. */
  observe?(property: string, message: string): void;
  /** The identity of the running thread; -1 during set-up and in `finally`. */
  currentThread(): number;
  /** The running thread reaches `object` by its newest read of a pointer to it. */
  reach(object: object, isPointer: (value: unknown) => boolean): void;
  /** Whether one execution is being replayed for its trace. */
  readonly tracing: boolean;
  /** What the next operation of the running thread carries in a trace, and no operation after it. */
  annotate(annotation: unknown): void;
  /** From here on every operation of the running thread is told with what `place` returns then. */
  locate(place: () => unknown): void;
}

let active: Runtime | undefined;

/** The runtime of the program that is being explored right now. */
export function runtime(): Runtime {
  if (active === undefined) {
    throw new Error(
      'this is only possible in a program that is being explored: call it inside explore()',
    );
  }
  return active;
}

/** Runs `body` with `next` answering; restores the runtime before, also when `body` throws. */
export function withRuntime<T>(next: Runtime, body: () => T): T {
  const before = active;
  active = next;
  try {
    return body();
  } finally {
    active = before;
  }
}
