import { Cell } from './cell.js';
import { ModelError, swallowed } from './errors.js';
import type { Fence, Order } from './order.js';
import { seededRandom } from './random.js';
import { type Condition, type Runtime, type ThreadBody, withRuntime } from './runtime.js';
import { noWrite, type Update, updatedValue } from './update.js';

export interface SimulationOptions {
  /** The same seed, the same schedule. */
  readonly seed: number;
  /** After how many operations, on average, a thread has to let others go first. Default 1000. */
  readonly slice?: number;
}

/** A cell with its one value; what nobody can reach any more goes with the garbage. */
class SimulatedCell extends Cell<unknown> {
  /** Threads that wait for another value. */
  waiting: Thread[] | undefined = undefined;
  value: unknown;

  constructor(id: number, name: string, initial: unknown) {
    super(id, name, initial);
    this.value = initial;
  }
}

/** A thread that has not ended. */
interface Thread {
  readonly id: number;
  readonly name: string;
  readonly body: ThreadBody;
  readonly ended: ((result: unknown) => void) | undefined;
  /** What its operations returned: it is run again with that after it had to stop. */
  readonly answers: unknown[];
  position: number;
}

/** Thrown through a thread that is to go on later; preallocated. */
const suspension = Object.freeze({ suspended: true });
const always: Condition = () => true;

/**
 * Runs threads in one schedule, which a seed decides, over a sequentially consistent memory; and forgets
 * each when it has ended. So it needs no more memory for more threads, and can go on for as long as new ones are
 * started. What it finds is one execution of very many: no verdict.
 *
 * A thread is an ordinary function. Where it has to wait, or its time slice ends, it is left by an exception; to
 * go on, it is run again from its start with the answers that it got before. So threads should be short.
 */
export class Simulation implements Runtime {
  readonly tracing = false;
  readonly #random: () => number;
  readonly #slice: number;
  readonly #ready: Thread[] = [];
  #waiting = 0;
  #cells = 0;
  #threads = 0;
  #running: Thread | undefined;
  /** Operations that the running thread may still perform. */
  #left = 0;
  #suspended = false;
  /** Whether an object is being made whose cells belong to it. */
  #allocating = false;

  constructor({ seed, slice = 1000 }: SimulationOptions) {
    this.#random = seededRandom(seed);
    this.#slice = slice;
  }

  /** Runs something as set-up, or to judge what is there: at once, and as no thread. */
  atOnce<T>(body: () => T): T {
    return withRuntime(this, body);
  }

  /**
   * Starts a thread.
   *
   * @param ended gets its result, outside of any thread
   */
  start(name: string, body: ThreadBody, ended?: (result: unknown) => void): void {
    const id = this.#threads++;
    this.#ready.push({ id, name, body, ended, answers: [], position: 0 });
  }

  /** A number from 0 on, below `below`: what the seed decides for whoever starts threads. */
  random(below: number): number {
    return Math.floor(this.#random() * below);
  }

  /** How many threads have not ended. */
  get threads(): number {
    return this.#ready.length + this.#waiting;
  }

  /** Whether every thread waits for another. */
  get isIdle(): boolean {
    return this.#ready.length === 0;
  }

  /**
   * Lets one of the threads that can go on do so: until it ends, has to wait, or its time slice is over.
   *
   * @returns false if there is none
   * @throws what a thread throws
   */
  step(): boolean {
    const ready = this.#ready;
    if (ready.length === 0) return false;
    const nth = this.random(ready.length);
    const thread = ready[nth]!;
    ready[nth] = ready[ready.length - 1]!;
    ready.pop();
    this.#run(thread);
    return true;
  }

  #run(thread: Thread): void {
    this.#running = thread;
    this.#left = 1 + this.random(2 * this.#slice);
    this.#suspended = false;
    thread.position = 0;
    let result: unknown;
    try {
      result = withRuntime(this, thread.body);
      if (this.#isSuspended()) throw swallowed(thread.name);
    } catch (thrown) {
      if (thrown === suspension) return;
      throw thrown;
    } finally {
      this.#running = undefined;
    }
    thread.ended?.(result);
  }

  #isSuspended(): boolean {
    return this.#suspended;
  }

  #suspend(): never {
    this.#suspended = true;
    throw suspension;
  }

  /** Whether the operation is one that the running thread performed before it had to stop. */
  #replays(): boolean {
    const thread = this.#running;
    if (thread === undefined || this.#allocating) return false;
    if (this.#suspended) throw swallowed(thread.name);
    if (thread.position < thread.answers.length) return true;
    if (this.#left-- > 0) return false;
    this.#ready.push(thread);
    this.#suspend();
  }

  #answer(): unknown {
    const thread = this.#running!;
    return thread.answers[thread.position++];
  }

  #answered<T>(answer: T): T {
    const thread = this.#running;
    if (thread !== undefined && !this.#allocating) {
      thread.answers.push(answer);
      thread.position++;
    }
    return answer;
  }

  #awaited(cell: SimulatedCell, condition: Condition): unknown {
    const { value } = cell;
    if (condition(value)) return value;
    const thread = this.#running;
    if (thread === undefined)
      throw new ModelError(
        `set-up would wait for ever for ${cell.name}, which is ${String(value)}`,
      );
    (cell.waiting ??= []).push(thread);
    this.#waiting++;
    this.#suspend();
  }

  #stored(cell: SimulatedCell, value: unknown): void {
    cell.value = value;
    const { waiting } = cell;
    if (waiting === undefined) return;
    cell.waiting = undefined;
    this.#waiting -= waiting.length;
    this.#ready.push(...waiting);
  }

  createCell(initial: unknown, name: string | undefined): Cell<unknown> {
    if (this.#replays()) return this.#answer() as Cell<unknown>;
    const id = this.#cells++;
    return this.#answered(new SimulatedCell(id, name ?? `cell${String(id)}`, initial));
  }

  allocate(factory: () => unknown): unknown {
    if (this.#replays()) return this.#answer();
    const within = this.#allocating;
    this.#allocating = true;
    let made: unknown;
    try {
      made = factory();
    } finally {
      this.#allocating = within;
    }
    return this.#answered(made);
  }

  read(cell: Cell<unknown>): unknown {
    if (this.#replays()) return this.#answer();
    return this.#answered(ownCell(cell).value);
  }

  write(cell: Cell<unknown>, value: unknown): void {
    if (this.#replays()) {
      this.#answer();
      return;
    }
    this.#stored(ownCell(cell), value);
    this.#answered(undefined);
  }

  update(
    cell: Cell<unknown>,
    update: Update,
    first: unknown,
    second: unknown,
    _order: Order,
    condition: Condition | null,
  ): unknown {
    if (this.#replays()) return this.#answer();
    const before = this.#awaited(ownCell(cell), condition ?? always);
    const after = updatedValue(update, before, first, second);
    if (after !== noWrite) this.#stored(ownCell(cell), after);
    return this.#answered(before);
  }

  await(cell: Cell<unknown>, condition: Condition): unknown {
    if (this.#replays()) return this.#answer();
    return this.#answered(this.#awaited(ownCell(cell), condition));
  }

  fence(_fence: Fence): void {
    // The memory is sequentially consistent.
  }

  choose(alternatives: number): number {
    if (this.#replays()) return this.#answer() as number;
    return this.#answered(this.random(alternatives));
  }

  spawn(body: ThreadBody, name: string | undefined): number {
    if (this.#replays()) return this.#answer() as number;
    const id = this.#threads;
    this.start(name ?? `thread ${String(id)}`, body);
    return this.#answered(id);
  }

  join(): unknown {
    throw new ModelError('a simulation forgets threads that have ended: none can be waited for');
  }

  assume(condition: boolean): void {
    if (!condition) throw new ModelError('an assumption does not hold in a simulation');
  }

  cover(): void {
    // One execution says nothing of what never arises.
  }

  currentThread(): number {
    return this.#running?.id ?? -1;
  }

  reach(): void {
    // The memory is sequentially consistent.
  }

  annotate(): void {
    // Nothing is kept.
  }

  locate(): void {
    // Nothing is kept.
  }
}

/** @throws {ModelError} for a cell of another runtime */
function ownCell(cell: Cell<unknown>): SimulatedCell {
  if (cell instanceof SimulatedCell) return cell;
  throw new ModelError(`${cell.name} was not made in the simulation that accesses it`);
}
