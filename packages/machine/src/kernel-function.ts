import { kernelSpelling } from './kernel-spelling.js';
import type { OrderingSite } from './ordering-site.js';

/** A call of a modelled kernel function, as timelines show it. */
export interface Frame {
  /** The kernel's spelling, such as `try_to_unmap_one`. */
  readonly name: string;
  /** The kernel's source file, such as `mm/rmap.c`. */
  readonly file: string;
}

/** A modelled kernel function: a place in the kernel's source. Holds nothing that a run changes. */
export class KernelFunction implements Frame {
  /** The ordering sites in this function, made when they are first met; see ordering-site.ts. */
  readonly sites = new Map<string, OrderingSite>();

  constructor(
    readonly file: string,
    readonly name: string,
  ) {}
}

/** Where a thread's own code stands: its ordering sites have the thread's file, which is none. */
const outside = new KernelFunction('', '');

/**
 * The calls that are going on in the thread that runs just now. There is one such thread at any time,
 * and `withCallStack` gives each a stack of its own; a signal that is thrown through a thread
 * abandons its stack with it, so entering and leaving need no `finally`.
 */
let calls: KernelFunction[] = [outside];

/** Runs `body` with an empty call stack; restores the one before, also when `body` throws. */
export function withCallStack<T>(body: () => T): T {
  const before = calls;
  calls = [outside];
  try {
    return body();
  } finally {
    calls = before;
  }
}

/** The innermost kernel function that is being called. */
export function currentFunction(): KernelFunction {
  return calls[calls.length - 1]!;
}

/** The kernel functions that are being called, outermost first. */
export function callStack(): Frame[] {
  return calls.slice(1);
}

/**
 * Makes a modelled kernel function of `body`: timelines show its calls, and the barriers in it are
 * named after it.
 *
 * @param name the kernel's spelling
 */
export function defineKernelFunction<Arguments extends unknown[], Result>(
  file: string,
  name: string,
  body: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  const called = new KernelFunction(file, name);
  return (...args) => {
    const stack = calls;
    stack.push(called);
    const result = body(...args);
    stack.pop();
    return result;
  };
}

/**
 * Marks a method as a modelled kernel function, like {@link defineKernelFunction}.
 *
 * @param file the kernel's source file, such as `mm/rmap.c`
 * @param name the kernel's spelling, where it is not the method's name in snake case
 */
export function kernelFunction(file: string, name?: string) {
  return <Arguments extends unknown[], Result>(
    _class: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Arguments) => Result>,
  ): void => {
    const body = descriptor.value!;
    const called = new KernelFunction(file, name ?? kernelSpelling(String(method)));
    descriptor.value = function (this: unknown, ...args: Arguments): Result {
      const stack = calls;
      stack.push(called);
      const result = body.apply(this, args);
      stack.pop();
      return result;
    };
  };
}
