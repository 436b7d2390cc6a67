import { EventKind, type ExecutionGraph, initialWrite, none } from '@pagerace/explorer';
import { EventRows } from './event-rows.js';

/**
 * What comes before each write by coherence or from-reads: the writes that it overwrites, and what
 * reads those.
 */
export class Overwritten {
  /** Row `w`: of any thread; of other threads than the write's; of its own. */
  readonly all = new EventRows();
  readonly external = new EventRows();
  readonly internal = new EventRows();
  readonly #threads = new EventRows();

  fill(graph: ExecutionGraph): void {
    const { size } = graph;
    const { all, external, internal } = this;
    for (const rows of [all, external, internal]) rows.reset(size, size);
    const threads = this.#threads;
    threads.reset(graph.threadLimit, size);
    for (let event = 0; event < size; event++) threads.add(graph.thread[event]!, event);
    for (let location = 0; location < graph.locations; location++) {
      let previous = initialWrite(location);
      for (let write = graph.next(previous); write !== none; write = graph.coherenceNext[write]!) {
        if (previous >= 0) {
          all.include(write, all, previous);
          all.add(write, previous);
        }
        for (let read = graph.readers(previous); read !== none; read = graph.nextReader[read]!)
          all.add(write, read);
        external.includeOutside(write, all, write, threads, graph.thread[write]!);
        internal.includeCommon(write, all, write, threads, graph.thread[write]!);
        previous = write;
      }
    }
  }

  /** Adds what of one thread is in a set. */
  addOfThread(
    rows: EventRows,
    row: number,
    from: EventRows,
    fromRow: number,
    thread: number,
  ): void {
    rows.includeCommon(row, from, fromRow, this.#threads, thread);
  }
}

/** The write of another thread that a read reads, or `none`. */
export function readsElsewhere(graph: ExecutionGraph, event: number): number {
  if (graph.kind[event] !== EventKind.read) return none;
  const source = graph.readsFrom[event]!;
  return source >= 0 && graph.thread[source] !== graph.thread[event] ? source : none;
}
