import { ModelError } from './errors.js';
import { shown } from './options.js';
import type { Fence } from './order.js';
import { runtime, type ThreadBody } from './runtime.js';

/** The threads of a program and what must hold when all of them have ended. */
export interface Program {
  /** In their fixed order; the keys of a record are the threads' names. */
  readonly threads: readonly ThreadBody[] | Readonly<Record<string, ThreadBody>>;
  /** Runs after the last thread; `results` are the threads' results, and cells hold their final values. */
  readonly finally?: (results: readonly unknown[]) => void;
}

/** A thread with more events is cut off, unless something else was asked for. */
export const maximumThreadLength = 4096;

/** Makes the static cells and hands out the threads; called again to check an execution in another order. */
export type Setup = () => Program;

/** A thread that another thread started. */
export class ThreadHandle {
  constructor(readonly thread: number) {}

  /** Waits for the thread's end; everything that it did happened before. */
  join(): unknown {
    return runtime().join(this.thread);
  }
}

/** Starts a thread; everything that this thread did so far happened before it. */
export function spawn(body: ThreadBody, name?: string): ThreadHandle {
  return new ThreadHandle(runtime().spawn(body, name));
}

/** A fence between the accesses before and after it in this thread. */
export function fence(kind: Fence): void {
  runtime().fence(kind);
}

/** A nondeterministic choice among 0 … alternatives-1; every one is explored. */
export function choose(alternatives: number): number {
  if (!Number.isInteger(alternatives) || alternatives < 1)
    throw new ModelError(`choose(${shown(alternatives)}): it must be a whole number from 1 up`);
  return runtime().choose(alternatives);
}

/** Restricts attention to executions in which `condition` holds here; the others are not counted. */
export function assume(condition: boolean): void {
  runtime().assume(condition);
}

/** Says that the situation `label` arose in this execution. */
export function cover(label: string): void {
  runtime().cover(label);
}

/**
 * In `finally`: says that the execution has an outcome that a reader wants to know of, and that is allowed. It
 * is counted, and has a witness, as a violation; the verdict does not ask for it.
 *
 * @param property the id of what does not hold
 * @param message what came out, in one sentence
 */
export function observe(property: string, message: string): void {
  runtime().observe?.(property, message);
}
