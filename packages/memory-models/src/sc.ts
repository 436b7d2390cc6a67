import {
  EventKind,
  type ExecutionGraph,
  initialWrite,
  type MemoryModel,
  none,
} from '@pagerace/explorer';

/**
 * Sequential consistency: one total order of all events explains the execution, which is to say that
 * po ∪ rf ∪ co ∪ fr is acyclic (Lamport 1979; Alglave, Maranget and Tautschnig, "Herding Cats",
 * TOPLAS 2014, §4.1).
 *
 * A new access can close a cycle only through a coherence edge to an older write; so it may not go
 * before a write that is already ordered before it. What is ordered before a thread's next event is
 * closed under program order: one count per thread describes it.
 */
class SequentialConsistency implements MemoryModel {
  readonly id = 'sc';
  readonly title = 'sequential consistency';
  readonly source =
    'Lamport, "How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs", 1979';
  readonly exact = true;
  readonly views = 0;

  /** Per thread: how many of its events are ordered before the new access. */
  #before = new Int32Array(0);
  /** Per thread: how many of these have been looked at. */
  #seen = new Int32Array(0);

  floor(graph: ExecutionGraph, thread: number, length: number, location: number): number {
    let last = graph.coherenceLast[location]!;
    if (last < 0) return last;
    const { threadLimit, clock } = graph;
    const predecessor = length === 0 ? graph.spawnedBy[thread]! : graph.at(thread, length - 1);
    if (predecessor !== none) {
      const at = predecessor * threadLimit;
      if (clock[at + graph.thread[last]!]! > graph.index[last]!) return last;
      this.#orderedBefore(graph, at, last);
      const before = this.#before;
      while (last >= 0 && before[graph.thread[last]!]! <= graph.index[last]!)
        last = graph.coherencePrevious[last]!;
      return last;
    }
    return initialWrite(location);
  }

  /** Closes the prefix whose clock is at `at` under all four relations; stops once it holds `target`. */
  #orderedBefore(graph: ExecutionGraph, at: number, target: number): void {
    const { threadLimit, clock, coherencePrevious, nextReader, thread, index, kind } = graph;
    if (this.#before.length < threadLimit) {
      this.#before = new Int32Array(threadLimit);
      this.#seen = new Int32Array(threadLimit);
    }
    const before = this.#before;
    const seen = this.#seen;
    for (let t = 0; t < threadLimit; t++) {
      before[t] = clock[at + t]!;
      seen[t] = 0;
    }
    const targetThread = thread[target]!;
    const targetIndex = index[target]!;
    for (let changed = true; changed;) {
      changed = false;
      for (let t = 0; t < threadLimit; t++) {
        const events = graph.threadEvents[t]!;
        for (let i = seen[t]!; i < before[t]!; i++) {
          const event = events[i]!;
          if (kind[event] !== EventKind.write) continue;
          // Its coherence predecessor, and whoever reads that, come before it; the prefix of each too.
          const previous = coherencePrevious[event]!;
          if (previous >= 0 && before[thread[previous]!]! <= index[previous]!) {
            this.#include(clock, previous * threadLimit, threadLimit);
            changed = true;
          }
          for (let read = graph.readers(previous); read !== none; read = nextReader[read]!) {
            if (before[thread[read]!]! <= index[read]!) {
              this.#include(clock, read * threadLimit, threadLimit);
              changed = true;
            }
          }
        }
        seen[t] = before[t]!;
      }
      if (before[targetThread]! > targetIndex) return;
    }
  }

  #include(clock: Int32Array, from: number, threads: number): void {
    const before = this.#before;
    for (let t = 0; t < threads; t++) {
      const count = clock[from + t]!;
      if (count > before[t]!) before[t] = count;
    }
  }

  isConsistent(): boolean {
    return true;
  }

  added(): void {
    // Nothing about an event is worth keeping.
  }
}

/** Sequential consistency. */
export const sc: MemoryModel = new SequentialConsistency();
