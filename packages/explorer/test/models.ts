import {
  EventKind,
  type ExecutionGraph,
  initialWrite,
  type MemoryModel,
  none,
} from '../src/index.js';

/**
 * The events that are ordered before the next event of a thread, by program order, reads-from, coherence,
 * from-reads and the starts and ends of threads. Written down as it is defined, not to be fast.
 */
function orderedBefore(graph: ExecutionGraph, thread: number, length: number): Set<number> {
  const before = new Set<number>();
  const add = (event: number): void => {
    if (event < 0 || event === none || before.has(event)) return;
    before.add(event);
    const index = graph.index[event]!;
    add(
      index === 0
        ? graph.spawnedBy[graph.thread[event]!]!
        : graph.at(graph.thread[event]!, index - 1),
    );
    if (graph.kind[event] === EventKind.read) add(graph.readsFrom[event]!);
    if (graph.kind[event] === EventKind.join) add(graph.lastOf(graph.location[event]!));
    if (graph.kind[event] !== EventKind.write) return;
    const previous = graph.coherencePrevious[event]!;
    add(previous);
    for (let read = graph.readers(previous); read !== none; read = graph.nextReader[read]!)
      add(read);
  };
  add(length === 0 ? graph.spawnedBy[thread]! : graph.at(thread, length - 1));
  return before;
}

/** Sequential consistency: po ∪ rf ∪ co ∪ fr is acyclic. */
export const sc: MemoryModel = {
  id: 'sc',
  title: 'sequential consistency',
  source: 'the tests of the explorer',
  exact: true,
  views: 0,
  floor: (graph, thread, length, location) => {
    const before = orderedBefore(graph, thread, length);
    let write = graph.coherenceLast[location]!;
    while (write >= 0 && !before.has(write)) write = graph.coherencePrevious[write]!;
    return write;
  },
  isConsistent: () => true,
  added: () => undefined,
};

/** One order for each location, and nothing more: store buffering and stale reads are allowed. */
export const coherent: MemoryModel = {
  ...sc,
  id: 'coherent',
  title: 'no ordering but of the accesses of one location',
  floor: (graph, thread, length, location) => {
    for (let index = length - 1; index >= 0; index--) {
      const event = graph.at(thread, index);
      if (graph.location[event] !== location) continue;
      if (graph.kind[event] === EventKind.write) return event;
      if (graph.kind[event] === EventKind.read) return graph.readsFrom[event]!;
    }
    return initialWrite(location);
  },
};
