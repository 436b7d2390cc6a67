import {
  acquires,
  EventFlag,
  EventKind,
  type ExecutionGraph,
  isAcquireFence,
  isReleaseFence,
  type MemoryModel,
  none,
  Order,
  readOrder,
  releases,
} from '@pagerace/explorer';
import { floorByHappensBefore } from './weak-model.js';
import { PartialSequentialConsistency } from './rc11-psc.js';

// The views that are kept of each event: counts of threads' events, like the graph's own clock.
/** What happens before the event, and the event. */
const happensBefore = 0;
/** What happened before the thread's newest release fence. */
const releaseFence = 1;
/** What an acquire fence here would acquire: what the thread's relaxed reads have read. */
const pending = 2;
/** Of a write: what the release sequences that it is in by program order release. */
const released = 3;
/** Of a write: what a read of it acquires. */
const acquired = 4;
const views = 5;

/**
 * RC11: C11's atomics, repaired (Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing Sequential
 * Consistency in C/C++11", PLDI 2017), in which program order and reads-from have no cycle.
 *
 * - Coherence: hb ; eco? is irreflexive.
 * - Atomicity: nothing comes between a read-modify-write and what it reads. (The explorer's.)
 * - SC: psc is acyclic; only programs with `Order.full` can violate it.
 * - No thin air: po ∪ rf is acyclic. (The explorer's.)
 *
 * `Order.full` is memory_order_seq_cst, and of the fences `Fence.full` is atomic_thread_fence of it.
 */
class RepairedC11 implements MemoryModel {
  readonly id: string = 'rc11';
  readonly title: string = 'repaired C11';
  readonly source: string =
    'Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing Sequential Consistency in C/C++11", 2017';
  readonly failuresOrder = true;
  readonly ownWritesContinue: boolean = true;
  readonly exact = false;
  readonly views = views;
  readonly #psc = new PartialSequentialConsistency(this, views);

  added(graph: ExecutionGraph, event: number): void {
    const { threadLimit, view } = graph;
    const thread = graph.thread[event]!;
    const index = graph.index[event]!;
    const predecessor = index === 0 ? graph.spawnedBy[thread]! : graph.at(thread, index - 1);
    const row = (of: number, which: number): number => (of * views + which) * threadLimit;
    const join = (which: number, from: number): void => {
      const to = row(event, which);
      for (let t = 0; t < threadLimit; t++) {
        if (view[from + t]! > view[to + t]!) view[to + t] = view[from + t]!;
      }
    };
    view.fill(0, row(event, 0), row(event, views));
    if (predecessor !== none) {
      join(happensBefore, row(predecessor, happensBefore));
      if (index > 0) {
        join(releaseFence, row(predecessor, releaseFence));
        join(pending, row(predecessor, pending));
      }
    }
    view[row(event, happensBefore) + thread] = index + 1;
    switch (graph.kind[event]) {
      case EventKind.fence:
        if (isAcquireFence(graph.location[event]!)) join(happensBefore, row(event, pending));
        if (isReleaseFence(graph.location[event]!)) join(releaseFence, row(event, happensBefore));
        break;
      case EventKind.join:
        join(happensBefore, row(graph.lastOf(graph.location[event]!), happensBefore));
        break;
      case EventKind.read: {
        const source = graph.readsFrom[event]!;
        if (source < 0 || graph.order[event] === Order.plain) break;
        const which = acquires(readOrder(graph, event, this)) ? happensBefore : pending;
        join(which, row(source, acquired));
        break;
      }
      case EventKind.write: {
        // A release sequence goes on with the thread's own later writes of the location …
        const earlier = this.ownWritesContinue ? graph.ownWriteBefore(event) : none;
        if (earlier !== none) join(released, row(earlier, released));
        if (graph.order[event] !== Order.plain) {
          const which = releases(graph.order[event]!) ? happensBefore : releaseFence;
          join(released, row(event, which));
          join(acquired, row(event, released));
        }
        // … and with read-modify-writes, whosever they are.
        if ((graph.flags[event]! & EventFlag.update) !== 0) {
          const source = graph.readsFrom[graph.readOf(event)]!;
          if (source >= 0) join(acquired, row(source, acquired));
        }
        break;
      }
      default:
    }
  }

  floor(graph: ExecutionGraph, thread: number, length: number, location: number): number {
    return floorByHappensBefore(graph, thread, length, location);
  }

  isConsistent(graph: ExecutionGraph): boolean {
    return this.#psc.holds(graph);
  }
}

/**
 * RC11 with C++20's release sequences, which read-modify-writes alone continue ([intro.races]; P0982R1,
 * "Weaken Release Sequences"): fewer reads synchronize.
 */
class RepairedC11WithCpp20ReleaseSequences extends RepairedC11 {
  override readonly id = 'rc11-cpp20';
  override readonly title = "repaired C11 with C++20's release sequences";
  override readonly source =
    'Lahav et al., "Repairing Sequential Consistency in C/C++11", 2017; C++20, [intro.races]; P0982R1';
  override readonly ownWritesContinue = false;
}

/** Repaired C11 with C++20's release sequences. */
export const rc11Cpp20: MemoryModel = new RepairedC11WithCpp20ReleaseSequences();

/** Repaired C11. */
export const rc11: MemoryModel = new RepairedC11();
