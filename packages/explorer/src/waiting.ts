import type { Cell } from './cell.js';
import { EventFlag, EventKind, type ExecutionGraph, initialWrite, none } from './graph.js';
import { Access } from './memory-model.js';
import type { Condition } from './runtime.js';

/** What a thread waits for: a value of a cell, or the end of a thread. */
export type Awaited = Cell<unknown> | number;

/**
 * Which threads wait, and for what.
 *
 * A thread that waits is left alone until the newest value satisfies it. That loses nothing as long as
 * a value that satisfies a wait stays, or, for a lock, is taken by another. A location of which this is
 * not so is _sticky_: there a wait may miss its value, and is an ordinary read that leaves its thread
 * stuck if the value is a wrong one. That a location is sticky is found out on the way; the search
 * then begins again.
 */
export class Waiting {
  /** The thread that is run although it waits: nothing else can go on. */
  forced = none;
  /** A location was found to be sticky, which the search did not know. */
  restartDue = false;

  /** Per thread: the length with which it waits; another length, and it is not known to wait. */
  #at = new Int32Array(0);
  #access = new Int32Array(0);
  readonly #what: Awaited[] = [];
  readonly #until: (Condition | null)[] = [];
  /** Locations that some thread waits for. */
  readonly #awaited = new Set<number>();
  readonly #sticky = new Set<number>();

  /** Forgets who waits, and makes room for so many threads. */
  reset(threads: number): void {
    this.#at = new Int32Array(threads).fill(-1);
    this.#access = new Int32Array(threads);
    this.forced = none;
  }

  forget(thread: number): void {
    this.#at[thread] = -1;
  }

  forgetAll(): void {
    this.#at.fill(-1);
  }

  /** Notes that a thread has to wait, as the access that it is about to make. */
  note(
    graph: ExecutionGraph,
    thread: number,
    what: Awaited,
    until: Condition | null,
    access: Access,
  ): void {
    this.#at[thread] = graph.threadLength[thread]!;
    this.#what[thread] = what;
    this.#until[thread] = until;
    this.#access[thread] = access;
  }

  /** What a waiting thread waits for. */
  whatFor(graph: ExecutionGraph, thread: number): Awaited | undefined {
    return this.waits(graph, thread) ? this.#what[thread] : undefined;
  }

  /** Whether a waiting thread waits for a sticky location. */
  maySettle(graph: ExecutionGraph, thread: number): boolean {
    const what = this.whatFor(graph, thread);
    return typeof what === 'object' && this.#sticky.has(what.id);
  }

  /** Whether a waiting thread waits for a lock. */
  waitsForLock(graph: ExecutionGraph, thread: number): boolean {
    return (
      typeof this.whatFor(graph, thread) === 'object' && this.#access[thread] === Access.update
    );
  }

  /** Whether a thread is known to wait at the end of its events. */
  waits(graph: ExecutionGraph, thread: number): boolean {
    return this.#at[thread] === graph.threadLength[thread];
  }

  /** Whether what a waiting thread waits for is there: as the newest value, or as a thread's end. */
  isOver(graph: ExecutionGraph, thread: number): boolean {
    const what = this.#what[thread]!;
    if (typeof what === 'number') {
      return graph.ended(what) && graph.kind[graph.lastOf(what)] === EventKind.end;
    }
    return this.#until[thread]!(graph.valueOf(graph.coherenceLast[what.id]!));
  }

  /** Notes that a location can hold a value that a wait for it is not satisfied with. */
  #becomesSticky(location: number): void {
    this.#sticky.add(location);
    this.restartDue = true;
  }

  /** Looks for waits for the location of a new write that the write does not satisfy. */
  check(graph: ExecutionGraph, write: number): void {
    if (this.#awaited.size === 0) return;
    const location = graph.location[write]!;
    if (!this.#awaited.has(location) || this.#sticky.has(location)) return;
    for (let source = initialWrite(location); source !== none; source = graph.next(source)) {
      for (let read = graph.readers(source); read !== none; read = graph.nextReader[read]!) {
        const condition = graph.condition[read] ?? null;
        if (condition !== null && this.#misses(graph, graph.update[read] !== 0, condition, write))
          this.#becomesSticky(location);
      }
    }
    for (let t = 0; t < this.#what.length; t++) {
      const what = this.#what[t];
      if (!this.waits(graph, t) || typeof what !== 'object' || what.id !== location) continue;
      if (this.#misses(graph, this.#access[t] === Access.update, this.#until[t]!, write))
        this.#becomesSticky(location);
    }
  }

  /**
   * Whether a wait could miss its value because of `write`. The wait of an update, as of a lock, cannot
   * by another update, since the two exclude each other; but it can by a write that goes over a value
   * that would have satisfied it.
   */
  #misses(graph: ExecutionGraph, updates: boolean, condition: Condition, write: number): boolean {
    if (!updates) return !condition(graph.value[write]);
    if ((graph.flags[write]! & EventFlag.update) !== 0) return false;
    return (
      !condition(graph.value[write]) || condition(graph.valueOf(graph.coherencePrevious[write]!))
    );
  }

  /**
   * Notes a wait for a location.
   *
   * @returns whether the wait is a read that may leave its thread stuck
   */
  begins(graph: ExecutionGraph, location: number, condition: Condition, updates: boolean): boolean {
    this.#awaited.add(location);
    if (this.#sticky.has(location)) return true;
    for (
      let write = graph.coherenceFirst[location]!;
      write !== none;
      write = graph.coherenceNext[write]!
    ) {
      if (this.#misses(graph, updates, condition, write)) {
        this.#becomesSticky(location);
        break;
      }
    }
    return false;
  }
}
