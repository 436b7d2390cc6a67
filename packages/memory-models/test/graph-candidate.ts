import {
  EventFlag,
  EventKind,
  type ExecutionGraph,
  Fence,
  initialWrite,
  none,
  Order,
} from '@pagerace/explorer';
import {
  type C11Tag,
  CandidateExecution,
  type Event,
  EventStructure,
  initialThread,
  Relation,
  type Tag,
} from '../src/index.js';

/** An execution graph of the explorer as the reference models see it. */
export function candidateOf(
  graph: ExecutionGraph,
  tagsOf: (graph: ExecutionGraph, event: number) => Tag[],
): CandidateExecution {
  const events: Event[] = [];
  const numbers = new Map<number, number>();
  for (let location = 0; location < graph.locations; location++) {
    numbers.set(initialWrite(location), events.length);
    events.push({ thread: initialThread, kind: 'write', location, tags: [] });
  }
  for (let t = 0; t < graph.threadLimit; t++) {
    for (let i = 0; graph.started[t] === 1 && i < graph.threadLength[t]!; i++) {
      const event = graph.at(t, i);
      const kind = graph.kind[event];
      if (kind !== EventKind.read && kind !== EventKind.write && kind !== EventKind.fence) continue;
      numbers.set(event, events.length);
      const tags = tagsOf(graph, event);
      if (kind === EventKind.fence) events.push({ thread: t, kind: 'fence', tags });
      else {
        const access = kind === EventKind.read ? 'read' : 'write';
        events.push({ thread: t, kind: access, location: graph.location[event]!, tags });
      }
    }
  }
  const rf: [number, number][] = [];
  const co: [number, number][] = [];
  const rmw: [number, number][] = [];
  for (const [event, number] of numbers) {
    if (event >= 0 && graph.kind[event] === EventKind.read)
      rf.push([numbers.get(graph.readsFrom[event]!)!, number]);
    if (event < 0 || graph.kind[event] === EventKind.write) {
      for (let later = graph.next(event); later !== none; later = graph.coherenceNext[later]!) {
        co.push([number, numbers.get(later)!]);
      }
    }
    if (
      event >= 0 &&
      graph.kind[event] === EventKind.write &&
      (graph.flags[event]! & EventFlag.update) !== 0
    ) {
      rmw.push([numbers.get(graph.at(graph.thread[event]!, graph.index[event]! - 1))!, number]);
    }
  }
  const size = events.length;
  const structure = new EventStructure({ events, rmw: Relation.of(size, rmw) });
  return new CandidateExecution(structure, {
    rf: Relation.of(size, rf),
    co: Relation.of(size, co),
  });
}

function isFailed(graph: ExecutionGraph, event: number): boolean {
  return graph.update[event] !== 0 && (graph.flags[event]! & EventFlag.update) === 0;
}

/** C11's memory orders. */
export function c11Tags(graph: ExecutionGraph, event: number): Tag[] {
  const order = graph.order[event]!;
  const of = (tag: C11Tag): Tag[] => [tag];
  switch (graph.kind[event]) {
    case EventKind.fence:
      switch (graph.location[event]) {
        case Fence.full:
          return of('SC');
        case Fence.read:
        case Fence.acquire:
          return of('ACQ');
        case Fence.write:
        case Fence.release:
          return of('REL');
        default:
          return [];
      }
    case EventKind.read:
      if (order === Order.plain) return of('NA');
      if (isFailed(graph, event)) return of('RLX');
      if (order === Order.full) return of('SC');
      return of(order === Order.acquire || order === Order.acquireRelease ? 'ACQ' : 'RLX');
    default:
      if (order === Order.plain) return of('NA');
      if (order === Order.full) return of('SC');
      return of(order === Order.release || order === Order.acquireRelease ? 'REL' : 'RLX');
  }
}

/** x86's fences and locked instructions. */
export function x86Tags(graph: ExecutionGraph, event: number): Tag[] {
  if (graph.kind[event] === EventKind.fence)
    return graph.location[event] === Fence.full ? ['MFENCE'] : ['SFENCE'];
  const locked = (graph.flags[event]! & (EventFlag.update | EventFlag.locked)) !== 0;
  const exchanged = graph.kind[event] === EventKind.write && graph.order[event] === Order.full;
  return locked || exchanged ? ['X'] : [];
}
