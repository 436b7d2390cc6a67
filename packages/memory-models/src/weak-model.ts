import {
  acquires,
  EventFlag,
  EventKind,
  type ExecutionGraph,
  Fence,
  initialWrite,
  type MemoryModel,
  none,
  Order,
  releases,
} from '@pagerace/explorer';

/** Whether a read is the whole of a read-modify-write that failed: it orders nothing. */
export function failed(graph: ExecutionGraph, event: number): boolean {
  return graph.update[event] !== 0 && (graph.flags[event]! & EventFlag.update) === 0;
}

/** Whether an access is half of a read-modify-write that succeeded. */
export function updates(graph: ExecutionGraph, event: number): boolean {
  return (graph.flags[event]! & EventFlag.update) !== 0;
}

/** Whether a read orders what follows it. */
export function acquiresHere(graph: ExecutionGraph, read: number): boolean {
  return acquires(graph.order[read]!) && !failed(graph, read);
}

/** Whether an access is half of a fully ordered read-modify-write. */
export function isFull(graph: ExecutionGraph, event: number): boolean {
  return graph.order[event] === Order.full && updates(graph, event);
}

/** Whether an access is a plain store of `Order.full`: a release that a full fence follows. */
export function isFencedStore(graph: ExecutionGraph, access: number): boolean {
  return (
    graph.kind[access] === EventKind.write &&
    graph.order[access] === Order.full &&
    !updates(graph, access)
  );
}

/** The read that the address of an access depends on, or `none`. */
export function addressOf(graph: ExecutionGraph, access: number): number {
  const index = graph.address[access]!;
  return index === none ? none : graph.at(graph.thread[access]!, index);
}

// The views that are kept of each event: counts of threads' events, like the graph's own clock.
/** What happens before the event, and the event. */
const happensBefore = 0;
/** Of a write: what a read of it acquires. */
const released = 1;
/** What happened before the thread's newest full or release fence. */
const atFence = 2;
/** What a full or acquire fence here would acquire: what the thread's relaxed reads have read. */
const pending = 3;
const views = 4;

/**
 * The coherence-earliest write that an access may read from or stand after, if a model forbids it to
 * read, or to go before, what happens before it (`graph.view`'s first view).
 */
export function floorByHappensBefore(
  graph: ExecutionGraph,
  thread: number,
  length: number,
  location: number,
): number {
  const predecessor = length === 0 ? graph.spawnedBy[thread]! : graph.at(thread, length - 1);
  if (predecessor === none) return initialWrite(location);
  const at = predecessor * graph.views * graph.threadLimit;
  const isBefore = (event: number): boolean =>
    graph.view[at + graph.thread[event]!]! > graph.index[event]!;
  let write = graph.coherenceLast[location]!;
  for (; write >= 0; write = graph.coherencePrevious[write]!) {
    if (isBefore(write)) return write;
    for (let read = graph.readers(write); read !== none; read = graph.nextReader[read]!) {
      if (isBefore(read)) return write;
    }
  }
  return write;
}

/**
 * What the models of weakly ordered hardware, and the kernel's own, have in common in the form that the
 * explorer uses.
 *
 * A graph is judged whole, by {@link isConsistent}. {@link floor} only keeps most of the choices away
 * that it would refuse: those against happens-before, made of program order and of release and
 * acquire, which each of these models respects between accesses of one location.
 *
 * Of dependencies the explorer knows those of addresses. It takes every write to depend on all reads
 * before it in its thread, as if each decided a branch: then program order and reads-from have no cycle.
 */
export abstract class WeakModel implements MemoryModel {
  abstract readonly id: string;
  abstract readonly title: string;
  abstract readonly source: string;
  readonly exact = false;
  readonly addresses = true;
  readonly views = views;
  /** Whether what precedes a release fence happens before what acquires a write after it. */
  protected readonly knowsReleaseFences: boolean = true;

  abstract isConsistent(graph: ExecutionGraph): boolean;

  floor(graph: ExecutionGraph, thread: number, length: number, location: number): number {
    return floorByHappensBefore(graph, thread, length, location);
  }

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
        join(atFence, row(predecessor, atFence));
        join(pending, row(predecessor, pending));
      } else join(atFence, row(predecessor, happensBefore));
    }
    view[row(event, happensBefore) + thread] = index + 1;
    const fullFence = (): void => {
      join(happensBefore, row(event, pending));
      join(atFence, row(event, happensBefore));
    };
    switch (graph.kind[event]) {
      case EventKind.fence: {
        const fence = graph.location[event]!;
        if (fence === Fence.full) fullFence();
        else if (fence === Fence.read || fence === Fence.acquire)
          join(happensBefore, row(event, pending));
        else if (fence === Fence.release && this.knowsReleaseFences)
          join(atFence, row(event, happensBefore));
        break;
      }
      case EventKind.spawn:
        fullFence();
        break;
      case EventKind.join:
        join(happensBefore, row(graph.lastOf(graph.location[event]!), happensBefore));
        fullFence();
        break;
      case EventKind.read: {
        const source = graph.readsFrom[event]!;
        // What the thread's own write passes on, as a link of a chain of read-modify-writes, it had read
        // before: to read it back orders nothing more (the kernel's model has no rfi there).
        if (source >= 0 && graph.thread[source] !== thread)
          join(acquiresHere(graph, event) ? happensBefore : pending, row(source, released));
        break;
      }
      case EventKind.write: {
        join(released, row(event, releases(graph.order[event]!) ? happensBefore : atFence));
        if (updates(graph, event)) {
          const source = graph.readsFrom[graph.readOf(event)]!;
          if (source >= 0) join(released, row(source, released));
        }
        if (graph.order[event] === Order.full) fullFence();
        break;
      }
      default:
    }
  }
}
