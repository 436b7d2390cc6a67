import { ModelError, runtime } from '@pagerace/explorer';
import { callStack, withCallStack } from './kernel-function.js';
import type { LockClass } from './lock-class.js';
import type { Cpu, Machine } from './machine.js';
import { withOrderingSites } from './ordering-site.js';

/** A lock that the task holds. */
export interface HeldLock {
  readonly lock: object;
  readonly lockClass: LockClass;
}

/** Whether there is a process that can sleep; in an interrupt there is none. */
export type TaskContext = 'process' | 'interrupt';

/**
 * One thread of the model while it runs: `current` and the per-CPU state that goes with it.
 *
 * A thread is run again from its start for every execution, and each time gets a new task, so what is
 * kept here is local to the thread and no other thread can see it.
 */
export class Task {
  /** Nesting of what forbids to sleep: held spinlocks, preempt_disable(). */
  preemptCount = 0;
  /** Nesting of local_irq_save(). */
  interruptsOff = 0;
  /** Nesting of rcu_read_lock(). */
  rcuNesting = 0;
  /** In the order in which they were taken. */
  readonly held: HeldLock[] = [];
  /** Pairs of lock classes, the second taken while the first was held; see lockdep.ts. */
  readonly dependencies: number[] = [];
  readonly #locals = new Map<object, unknown>();

  constructor(
    readonly name: string,
    readonly machine: Machine,
    readonly cpu: Cpu,
    readonly context: TaskContext = 'process',
  ) {}

  /** @internal see {@link TaskLocal} */
  local<T>(key: object, initial: () => T): T {
    if (!this.#locals.has(key)) this.#locals.set(key, initial());
    return this.#locals.get(key) as T;
  }

  /** @internal see {@link TaskLocal} */
  setLocal(key: object, value: unknown): void {
    this.#locals.set(key, value);
  }
}

let running: Task | undefined;

/** The task that runs: the kernel's `current`. */
export function current(): Task {
  if (running === undefined) {
    throw new ModelError(
      'no task is running: run this with cpu.run(), agent.run() or machine.boot()',
    );
  }
  return running;
}

/** Whether a task is running; not so in a program's `finally`. */
export function isInTask(): boolean {
  return running !== undefined;
}

/** Runs `body` as a task of its own. */
export function runTask<T>(task: Task, body: () => T): T {
  const before = running;
  running = task;
  try {
    runtime().locate(callStack);
    return withOrderingSites(task.machine.orderingSites, () => withCallStack(body));
  } finally {
    running = before;
  }
}

/** A field of task_struct that a subsystem adds, such as `current->tlb_ubc`. Private to the task. */
export class TaskLocal<T> {
  readonly #initial: () => T;

  constructor(initial: () => T) {
    this.#initial = initial;
  }

  get(): T {
    return current().local(this, this.#initial);
  }

  set(value: T): void {
    current().setLocal(this, value);
  }
}

/** The name of what runs now, for messages. */
export function taskName(): string {
  return running?.name ?? `thread ${String(runtime().currentThread())}`;
}
