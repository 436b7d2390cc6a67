import {
  EventKind,
  type ExecutionGraph,
  Fence,
  initialWrite,
  none,
  Order,
  readOrder,
  type Synchronization,
} from '@pagerace/explorer';
import { EventRows, TopologicalOrder } from './event-rows.js';

/**
 * RC11's axiom SC: psc = psc_base ∪ psc_F is acyclic.
 *
 *     scb      = sb ∪ sb|≠loc ; hb ; sb|≠loc ∪ hb|loc ∪ mo ∪ rb
 *     psc_base = ([E_sc] ∪ [F_sc] ; hb?) ; scb ; ([E_sc] ∪ hb? ; [F_sc])
 *     psc_F    = [F_sc] ; (hb ∪ hb ; eco ; hb) ; [F_sc]
 *
 * (Lahav et al., PLDI 2017, §3.) A graph without sequentially consistent events satisfies it.
 *
 * Only these events have rows here. What comes before one of them is told without any relation between all
 * events: of each thread sb, hb and sb|≠loc select the first events, so a count for each thread says which; mo, rb
 * and eco compare positions in coherence order. That takes coherence for granted, which the floor of the
 * model keeps: where an access happens before a write of its location, it is before it by mo or rb.
 *
 * Pairs of an access and a fence by hb|loc ; hb are left out where no other pair of psc says the same: what
 * precedes that access in a cycle precedes the fence as well, by the same mo or rb or as it happens before it.
 */
export class PartialSequentialConsistency {
  readonly #events: number[] = [];
  /** Of an access: the position in coherence order of the write that it is or reads from. */
  #rank = new Int32Array(0);
  /** The index of the first of the accesses of one location that stand side by side up to the event. */
  #runStart = new Int32Array(0);
  /** Per location: the greatest rank of a write, and of a read, that happens before the fence. */
  #written = new Int32Array(0);
  #read = new Int32Array(0);
  /** Per thread: how many of its events come before by sb, or by sb|≠loc ; hb ; sb|≠loc. */
  #reach = new Int32Array(0);
  /** Per thread: how many of its events happen before what comes before, or are it. */
  #closure = new Int32Array(0);
  readonly #before = new EventRows();
  readonly #order = new TopologicalOrder();

  /** @param views how many views the model keeps; the first is what happens before an event, and the event */
  constructor(
    private readonly model: Synchronization,
    private readonly views: number,
  ) {}

  holds(graph: ExecutionGraph): boolean {
    const events = this.#events;
    events.length = 0;
    for (let event = 0; event < graph.size; event++)
      if (this.#isSequential(graph, event)) events.push(event);
    if (events.length < 2) return true;
    this.#rankAccesses(graph);
    const before = this.#before;
    before.reset(events.length, events.length);
    for (let row = 0; row < events.length; row++) {
      const to = events[row]!;
      if (graph.kind[to] === EventKind.fence) this.#goBackFromFence(graph, to);
      else this.#goBackFromAccess(graph, to);
      for (let i = 0; i < events.length; i++) {
        if (i !== row && this.#comesBefore(graph, events[i]!, to)) before.add(row, i);
      }
    }
    return this.#order.sort(before, events.length);
  }

  #isSequential(graph: ExecutionGraph, event: number): boolean {
    const kind = graph.kind[event];
    if (kind === EventKind.fence) return graph.location[event] === Fence.full;
    if (kind === EventKind.read) return readOrder(graph, event, this.model) === Order.full;
    return kind === EventKind.write && graph.order[event] === Order.full;
  }

  /** How many events of a thread happen before an event or are it. */
  #count(graph: ExecutionGraph, event: number, thread: number): number {
    return graph.view[event * this.views * graph.threadLimit + thread]!;
  }

  #happensBefore(graph: ExecutionGraph, event: number, of: number): boolean {
    return this.#count(graph, of, graph.thread[event]!) > graph.index[event]!;
  }

  #rankAccesses(graph: ExecutionGraph): void {
    const { size, threadLimit, locations } = graph;
    if (this.#rank.length < size) {
      this.#rank = new Int32Array(size * 2);
      this.#runStart = new Int32Array(size * 2);
    }
    if (this.#written.length < locations) {
      this.#written = new Int32Array(locations);
      this.#read = new Int32Array(locations);
    }
    if (this.#reach.length !== threadLimit) {
      this.#reach = new Int32Array(threadLimit);
      this.#closure = new Int32Array(threadLimit);
    }
    for (let location = 0; location < locations; location++) {
      let rank = 0;
      for (let write = initialWrite(location); write !== none; write = graph.next(write)) {
        if (write >= 0) this.#rank[write] = rank;
        for (let read = graph.readers(write); read !== none; read = graph.nextReader[read]!)
          this.#rank[read] = rank;
        rank++;
      }
    }
    for (let thread = 0; thread < threadLimit; thread++) {
      for (let index = 0; index < graph.threadLength[thread]!; index++) {
        const event = graph.at(thread, index);
        const previous = index === 0 ? none : graph.at(thread, index - 1);
        const goesOn =
          previous !== none &&
          isAccess(graph, event) &&
          isAccess(graph, previous) &&
          graph.location[event] === graph.location[previous];
        this.#runStart[event] = goesOn ? this.#runStart[previous]! : index;
      }
    }
  }

  /** Finds what comes before an access by scb. */
  #goBackFromAccess(graph: ExecutionGraph, to: number): void {
    this.#reach.fill(0);
    this.#closure.fill(0);
    this.#goBack(graph, to);
    for (let thread = 0; thread < graph.threadLimit; thread++) {
      const count = this.#reach[thread]!;
      if (count > 0) this.#close(graph, graph.at(thread, count - 1));
    }
    for (let event = 0; event < graph.size; event++)
      if (this.#isBeforeAccess(graph, event, to)) this.#close(graph, event);
  }

  /** Whether an access comes before another by hb|loc ∪ mo ∪ rb. */
  #isBeforeAccess(graph: ExecutionGraph, event: number, to: number): boolean {
    if (event === to || !isAccess(graph, event)) return false;
    if (graph.location[event] !== graph.location[to]) return false;
    return graph.kind[to] === EventKind.write
      ? this.#rank[event]! < this.#rank[to]!
      : this.#happensBefore(graph, event, to);
  }

  /** Finds what comes before a fence by scb ; hb?, and for fences by hb ∪ eco ; hb. */
  #goBackFromFence(graph: ExecutionGraph, to: number): void {
    const { size, threadLimit } = graph;
    this.#reach.fill(0);
    this.#closure.fill(0);
    this.#close(graph, to);
    for (let thread = 0; thread < threadLimit; thread++) {
      const count = this.#count(graph, to, thread);
      if (count > 0) this.#goBack(graph, graph.at(thread, count - 1));
    }
    const written = this.#written.fill(-1);
    const read = this.#read.fill(-1);
    for (let event = 0; event < size; event++) {
      if (!isAccess(graph, event) || !this.#happensBefore(graph, event, to)) continue;
      const greatest = graph.kind[event] === EventKind.write ? written : read;
      const location = graph.location[event]!;
      greatest[location] = Math.max(greatest[location]!, this.#rank[event]!);
    }
    for (let event = 0; event < size; event++) {
      if (!isAccess(graph, event)) continue;
      const location = graph.location[event]!;
      const rank = this.#rank[event]!;
      if (
        rank < written[location]! ||
        rank < read[location]! ||
        (rank === read[location] && graph.kind[event] === EventKind.write)
      )
        this.#close(graph, event);
    }
  }

  /** Goes back from an event by sb ∪ sb|≠loc ; hb ; sb|≠loc. */
  #goBack(graph: ExecutionGraph, event: number): void {
    const reach = this.#reach;
    const own = graph.thread[event]!;
    reach[own] = Math.max(reach[own]!, graph.index[event]!);
    const start = this.#runStart[event]!;
    if (start === 0) return;
    const elsewhere = graph.at(own, start - 1);
    for (let thread = 0; thread < graph.threadLimit; thread++) {
      const count = this.#count(graph, elsewhere, thread);
      if (count > 0)
        reach[thread] = Math.max(reach[thread]!, this.#runStart[graph.at(thread, count - 1)]!);
    }
  }

  /** An event, and what happens before it, comes before. */
  #close(graph: ExecutionGraph, event: number): void {
    const closure = this.#closure;
    for (let thread = 0; thread < graph.threadLimit; thread++)
      closure[thread] = Math.max(closure[thread]!, this.#count(graph, event, thread));
  }

  /** Whether psc has a pair of events, of which it has been gone back from the second. */
  #comesBefore(graph: ExecutionGraph, event: number, to: number): boolean {
    const thread = graph.thread[event]!;
    const index = graph.index[event]!;
    if (graph.kind[event] === EventKind.fence) return this.#closure[thread]! > index;
    if (this.#reach[thread]! > index) return true;
    if (graph.kind[to] !== EventKind.fence) return this.#isBeforeAccess(graph, event, to);
    return this.#rank[event]! < this.#written[graph.location[event]!]!;
  }
}

function isAccess(graph: ExecutionGraph, event: number): boolean {
  return graph.kind[event] === EventKind.read || graph.kind[event] === EventKind.write;
}
