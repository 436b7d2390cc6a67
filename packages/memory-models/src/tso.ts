import {
  Access,
  EventFlag,
  EventKind,
  type ExecutionGraph,
  Fence,
  initialWrite,
  type MemoryModel,
  none,
  Order,
} from '@pagerace/explorer';

/**
 * Total store order, the model of x86: a write may be delayed in its thread's store buffer, past later
 * reads, and is seen by its own thread before it is seen by the others.
 *
 * After "Herding Cats" (TOPLAS 2014, Fig. 21) and herd's x86tso.cat: each location is coherent, and
 * ppo ∪ rfe ∪ co ∪ fr is acyclic, where ppo is program order without the pairs of a write and a later
 * read that no fence separates. A full fence, a locked instruction (every read-modify-write, also a
 * compare-exchange that fails) and an xchg store (a write with `Order.full`) are such fences; so is
 * starting a thread and its end, which makes its writes visible to whoever joins it.
 *
 * `note` of an event is how many events of its thread are complete when it is: those up to the last
 * fence before it.
 */
class TotalStoreOrder implements MemoryModel {
  readonly id = 'tso';
  readonly title = 'total store order (x86)';
  readonly source =
    'Owens, Sarkar and Sewell, "A Better x86 Memory Model: x86-TSO", 2009; x86tso.cat of herdtools7';
  readonly exact = true;
  readonly views = 0;

  /** Per thread: how many events are ordered before the new access, whatever their kind. */
  #before = new Int32Array(0);
  /** Per thread: up to where all events but buffered writes are. */
  #readsBefore = new Int32Array(0);
  #seen = new Int32Array(0);
  #readsSeen = new Int32Array(0);

  added(graph: ExecutionGraph, event: number): void {
    const index = graph.index[event]!;
    if (this.#isFence(graph, event)) graph.note[event] = index + 1;
    else
      graph.note[event] = index === 0 ? 0 : graph.note[graph.at(graph.thread[event]!, index - 1)]!;
  }

  #isFence(graph: ExecutionGraph, event: number): boolean {
    switch (graph.kind[event]) {
      case EventKind.read:
        return (graph.flags[event]! & (EventFlag.update | EventFlag.locked)) !== 0;
      case EventKind.write:
        return (graph.flags[event]! & EventFlag.update) !== 0 || graph.order[event] === Order.full;
      case EventKind.fence:
        return graph.location[event] === Fence.full;
      case EventKind.choice:
      case EventKind.join:
        return false;
      default:
        return true;
    }
  }

  floor(
    graph: ExecutionGraph,
    thread: number,
    length: number,
    location: number,
    access: Access,
  ): number {
    const last = graph.coherenceLast[location]!;
    if (last < 0) return last;
    const predecessor = length === 0 ? graph.spawnedBy[thread]! : graph.at(thread, length - 1);
    if (predecessor === none) return initialWrite(location);
    if (graph.inPrefix(last, predecessor)) return last;
    this.#orderedBefore(graph, thread, length, predecessor, access);
    let write = last;
    while (write >= 0) {
      const by = graph.thread[write]!;
      // What this thread has written itself is seen by it at once.
      if (this.#before[by]! > graph.index[write]!) break;
      if (by === thread && graph.index[write]! < length) break;
      write = graph.coherencePrevious[write]!;
    }
    return write;
  }

  #orderedBefore(
    graph: ExecutionGraph,
    thread: number,
    length: number,
    predecessor: number,
    access: Access,
  ): void {
    const { threadLimit } = graph;
    if (this.#before.length < threadLimit) {
      this.#before = new Int32Array(threadLimit);
      this.#readsBefore = new Int32Array(threadLimit);
      this.#seen = new Int32Array(threadLimit);
      this.#readsSeen = new Int32Array(threadLimit);
    }
    const before = this.#before.fill(0);
    const readsBefore = this.#readsBefore.fill(0);
    const seen = this.#seen.fill(0);
    const readsSeen = this.#readsSeen.fill(0);
    if (length === 0)
      this.#includeUpTo(graph, graph.thread[predecessor]!, graph.index[predecessor]! + 1);
    else if (access === Access.read) {
      readsBefore[thread] = length;
      before[thread] = graph.note[predecessor]!;
    } else this.#includeUpTo(graph, thread, length);

    for (let changed = true; changed;) {
      changed = false;
      for (let t = 0; t < threadLimit; t++) {
        const events = graph.threadEvents[t]!;
        const all = before[t]!;
        const reads = readsBefore[t]!;
        if (reads > 0 && readsSeen[t] === 0 && graph.spawnedBy[t] !== none) {
          const start = graph.spawnedBy[t]!;
          changed =
            this.#includeUpTo(graph, graph.thread[start]!, graph.index[start]! + 1) || changed;
        }
        for (let i = readsSeen[t]!; i < reads; i++) {
          const event = events[i]!;
          if (graph.kind[event] === EventKind.read) {
            const source = graph.readsFrom[event]!;
            if (source >= 0 && graph.thread[source] !== t)
              changed = this.#include(graph, source) || changed;
          } else if (graph.kind[event] === EventKind.join) {
            const joined = graph.location[event]!;
            changed = this.#includeUpTo(graph, joined, graph.threadLength[joined]!) || changed;
          }
        }
        for (let i = seen[t]!; i < all; i++) {
          const event = events[i]!;
          if (graph.kind[event] !== EventKind.write) continue;
          const previous = graph.coherencePrevious[event]!;
          if (previous >= 0) changed = this.#include(graph, previous) || changed;
          for (let read = graph.readers(previous); read !== none; read = graph.nextReader[read]!) {
            changed = this.#include(graph, read) || changed;
          }
        }
        if (seen[t]! < all) seen[t] = all;
        if (readsSeen[t]! < reads) readsSeen[t] = reads;
      }
    }
  }

  /** Takes in an event and what its own thread orders before it; returns whether that was new. */
  #include(graph: ExecutionGraph, event: number): boolean {
    const thread = graph.thread[event]!;
    const upTo = graph.index[event]! + 1;
    if (graph.kind[event] === EventKind.write || this.#isFence(graph, event))
      return this.#includeUpTo(graph, thread, upTo);
    let changed = false;
    if (upTo > this.#readsBefore[thread]!) {
      this.#readsBefore[thread] = upTo;
      changed = true;
    }
    if (graph.note[event]! > this.#before[thread]!) {
      this.#before[thread] = graph.note[event]!;
      changed = true;
    }
    return changed;
  }

  #includeUpTo(graph: ExecutionGraph, thread: number, upTo: number): boolean {
    let changed = false;
    if (upTo > this.#before[thread]!) {
      this.#before[thread] = upTo;
      changed = true;
    }
    if (upTo > this.#readsBefore[thread]!) {
      this.#readsBefore[thread] = upTo;
      changed = true;
    }
    return changed;
  }

  isConsistent(): boolean {
    return true;
  }
}

/** Total store order: x86's model. */
export const tso: MemoryModel = new TotalStoreOrder();
