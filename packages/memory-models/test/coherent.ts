import { EventKind, initialWrite, type MemoryModel } from '@pagerace/explorer';

/** Consistent is what has atomic updates, one order per location, and no cycle of program order and reads-from. */
export const coherent: MemoryModel = {
  id: 'coherent',
  title: 'no ordering but of the accesses of one location',
  source: 'the explorer',
  exact: true,
  addresses: true,
  views: 0,
  floor: (graph, thread, length, location) => {
    for (let index = length - 1; index >= 0; index--) {
      const event = graph.at(thread, index);
      if (graph.location[event] !== location) continue;
      if (graph.kind[event] === EventKind.write) return event;
      if (graph.kind[event] === EventKind.read) return graph.readsFrom[event]!;
    }
    return initialWrite(location);
  },
  isConsistent: () => true,
  added: () => undefined,
};
