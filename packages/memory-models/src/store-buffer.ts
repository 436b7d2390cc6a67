import { EventKind, type ExecutionGraph, none } from '@pagerace/explorer';

/**
 * The write that was still in its thread's store buffer when `read` missed the newer write `missed`, in an
 * execution under `tso`: the order of everything that reaches memory puts the read before `missed`.
 *
 * It is a write of the reader, where `missed` comes before that write in this order, so that the read
 * ran ahead of it; or it is `missed` itself, where a later read of its thread ran ahead.
 *
 * @returns undefined if neither is so: the delay is in the buffer of a third thread
 */
export function delayedWrite(
  graph: ExecutionGraph,
  read: number,
  missed: number,
): number | undefined {
  const reader = graph.threadEvents[graph.thread[read]!]!.slice(0, graph.index[read]! + 1);
  const after = reached(graph, missed);
  const own = reader.find((event) => after.has(event) && runsAhead(graph, read, event));
  if (own !== undefined) return own;
  const writer = graph.threadEvents[graph.thread[missed]!]!;
  const isDelayed = writer.some((event) => {
    if (!runsAhead(graph, event, missed)) return false;
    const afterwards = reached(graph, event);
    return reader.some((one) => afterwards.has(one));
  });
  return isDelayed ? missed : undefined;
}

/** Whether `read` is of the same thread as `write`, after it, and may come before it in memory. */
function runsAhead(graph: ExecutionGraph, read: number, write: number): boolean {
  return (
    graph.thread[read] === graph.thread[write] &&
    graph.index[read]! > graph.index[write]! &&
    graph.kind[write] === EventKind.write &&
    graph.kind[read] === EventKind.read &&
    !isComplete(graph, write, read)
  );
}

/** Whether a fence between them, or in one of them, has made `write` visible before `event`. */
function isComplete(graph: ExecutionGraph, write: number, event: number): boolean {
  // What `tso` notes: how many events of the thread are complete.
  return graph.note[event]! > graph.index[write]!;
}

/** The events that memory's order puts after `from`: ppo ∪ rfe ∪ co ∪ fr, starts and joins. */
function reached(graph: ExecutionGraph, from: number): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [from];
  for (let event = open.pop(); event !== undefined; event = open.pop()) {
    for (const next of successors(graph, event)) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

function* successors(graph: ExecutionGraph, event: number): Iterable<number> {
  const thread = graph.thread[event]!;
  const isWrite = graph.kind[event] === EventKind.write;
  for (const later of graph.threadEvents[thread]!.slice(graph.index[event]! + 1)) {
    if (!isWrite || graph.kind[later] === EventKind.write || isComplete(graph, event, later))
      yield later;
  }
  switch (graph.kind[event]) {
    case EventKind.write:
      for (let read = graph.readers(event); read !== none; read = graph.nextReader[read]!) {
        if (graph.thread[read] !== thread) yield read;
      }
      if (graph.coherenceNext[event] !== none) yield graph.coherenceNext[event]!;
      return;
    case EventKind.read: {
      const next = graph.next(graph.readsFrom[event]!);
      if (next !== none) yield next;
      return;
    }
    case EventKind.spawn:
      yield* graph.threadEvents[graph.location[event]!]!.slice(0, 1);
      return;
    case EventKind.end:
      for (let other = 0; other < graph.size; other++) {
        if (graph.kind[other] === EventKind.join && graph.location[other] === thread) yield other;
      }
      return;
    default:
  }
}
