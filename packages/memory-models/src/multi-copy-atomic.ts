import { EventKind, type ExecutionGraph, none } from '@pagerace/explorer';
import { EventRows, TopologicalOrder } from './event-rows.js';
import { Kept, ThreadSets } from './thread-sets.js';
import { WeakModel } from './weak-model.js';

/**
 * Models in which a write is seen by all other threads at once: an execution is consistent if nothing
 * comes before itself by what each thread keeps in order and by what threads see of each other.
 *
 * Coherence and from-reads count within a thread too: these models keep a thread's accesses of one
 * location in order if the later one is a write.
 */
export abstract class MultiCopyAtomicModel extends WeakModel {
  readonly #before = new EventRows();
  readonly #sets = new ThreadSets();
  readonly #order = new TopologicalOrder();

  /** Says what of its thread a read comes after, and what comes after it. */
  protected abstract addRead(graph: ExecutionGraph, read: number, sets: ThreadSets): void;
  /** Says what of its thread a write comes after, besides the reads before it, and what comes after it. */
  protected abstract addWrite(graph: ExecutionGraph, write: number, sets: ThreadSets): void;
  /** Says what a fence puts in order. */
  protected abstract addFence(fence: number, sets: ThreadSets): void;

  isConsistent(graph: ExecutionGraph): boolean {
    const { size } = graph;
    const before = this.#before;
    const sets = this.#sets;
    before.reset(size, size);
    sets.reset(graph.threadLimit, size, before);
    for (let event = 0; event < size; event++) {
      const thread = graph.thread[event]!;
      sets.moveTo(thread, event);
      const starter = graph.spawnedBy[thread]!;
      if (graph.index[event] === 0 && starter !== none) sets.add(Kept.beforeAll, starter);
      sets.after(Kept.beforeAll);
      switch (graph.kind[event]) {
        case EventKind.read: {
          sets.after(Kept.beforeReads);
          this.addRead(graph, event, sets);
          sets.add(Kept.reads, event);
          const source = graph.readsFrom[event]!;
          if (source >= 0 && graph.thread[source] !== thread) before.add(event, source);
          break;
        }
        case EventKind.write: {
          sets.after(Kept.beforeWrites);
          // Each read before decides, or may decide, a branch that leads here.
          sets.after(Kept.reads);
          this.addWrite(graph, event, sets);
          sets.add(Kept.writes, event);
          const previous = graph.coherencePrevious[event]!;
          if (previous >= 0) before.add(event, previous);
          for (let read = graph.readers(previous); read !== none; read = graph.nextReader[read]!)
            before.add(event, read);
          break;
        }
        case EventKind.fence:
          this.addFence(graph.location[event]!, sets);
          break;
        case EventKind.spawn:
        case EventKind.join:
        case EventKind.end:
          sets.after(Kept.reads);
          sets.after(Kept.writes);
          if (graph.kind[event] === EventKind.join)
            before.add(event, graph.lastOf(graph.location[event]!));
          sets.add(Kept.beforeAll, event);
          break;
        default:
      }
    }
    return this.#order.sort(before, size);
  }
}
