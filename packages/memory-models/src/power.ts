import {
  EventKind,
  type ExecutionGraph,
  Fence,
  type MemoryModel,
  none,
  Order,
  releases,
} from '@pagerace/explorer';
import { EventRows, TopologicalOrder } from './event-rows.js';
import { Overwritten, readsElsewhere } from './overwritten.js';
import {
  acquiresHere,
  addressOf,
  isFencedStore,
  isFull,
  updates,
  WeakModel,
} from './weak-model.js';

/** What is kept of each thread while its events are gone through in program order: sets of events. */
const Kept = {
  accesses: 0,
  reads: 1,
  writes: 2,
  /** What a sync, and what an lwsync, has come after. */
  beforeSync: 3,
  readsBeforeLwsync: 4,
  writesBeforeLwsync: 5,
  /** What the commit of each of the thread's reads waits for: a later write waits for that. */
  readsCommit: 6,
  /** What a later event waits for before it begins, or before it commits. */
  beginAfter: 7,
  commitAfter: 8,
  /** What the thread's reads have read from other threads, so far and before the newest fence. */
  sources: 9,
  sourcesBeforeFence: 10,
} as const;
const kept = 11;

/**
 * POWER, for the kernel's primitives as arch/powerpc makes them (asm/barrier.h, asm/synch.h,
 * asm/atomic.h, v6.1): smp_mb() is sync, smp_rmb() and smp_wmb() are lwsync; an acquiring load is followed
 * by lwsync, a releasing store preceded by it; an acquiring read-modify-write is followed by isync, a
 * fully ordered one enclosed in sync. Read-modify-writes are pairs of lwarx and stwcx.
 *
 * The axioms and names are those of the reference form: "Herding Cats", TOPLAS 2014, ppc-checks.cat.
 */
class Power extends WeakModel {
  readonly id = 'power';
  readonly title = 'POWER';
  readonly source =
    'Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; ppc.cat of herdtools7';

  readonly #sets = new EventRows();
  /** What an event begins, and commits, after: the events that began before that, i → i and i → c. */
  readonly #begins = new EventRows();
  readonly #commits = new EventRows();
  readonly #sync = new EventRows();
  /** sync and lwsync; and what the reads before them have read from other threads. */
  readonly #fence = new EventRows();
  readonly #fenceSources = new EventRows();
  readonly #hb = new EventRows();
  /** hb*. */
  readonly #happens = new EventRows();
  /** rfe? ; fence ; hb*, any number of those, and what comes before that by communication. */
  readonly #propbase = new EventRows();
  readonly #propbases = new EventRows();
  readonly #propagated = new EventRows();
  /** sync ; hb*; propbase* ; sync ; hb*, and what comes before that by communication. */
  readonly #syncHb = new EventRows();
  readonly #strong = new EventRows();
  readonly #communicated = new EventRows();
  readonly #prop = new EventRows();
  readonly #writes = new EventRows();
  readonly #overwritten = new Overwritten();
  readonly #order = new TopologicalOrder();
  readonly #scratch = new TopologicalOrder();

  isConsistent(graph: ExecutionGraph): boolean {
    const { size } = graph;
    this.#overwritten.fill(graph);
    this.#orderThreads(graph);
    // thinair
    if (!this.#order.sort(this.#hb, size)) return false;
    this.#propagate(graph);
    return this.#propagation(graph) && this.#observation(graph) && this.#reservationsInOrder(graph);
  }

  /** Fills in what each thread keeps in order: preserved program order and fences; and hb with them. */
  #orderThreads(graph: ExecutionGraph): void {
    const { size, threadLimit } = graph;
    const sets = this.#sets;
    sets.reset(threadLimit * kept, size);
    const found = [
      this.#begins,
      this.#commits,
      this.#sync,
      this.#fence,
      this.#fenceSources,
      this.#hb,
    ];
    for (const rows of found) rows.reset(size, size);
    for (let event = 0; event < size; event++) {
      const thread = graph.thread[event]!;
      const at = thread * kept;
      const kind = graph.kind[event]!;
      switch (kind) {
        case EventKind.read:
        case EventKind.write:
          this.#fenceBefore(graph, event, at);
          this.#addAccess(graph, event, at);
          this.#fenceAfter(graph, event, at);
          break;
        case EventKind.fence:
          if (graph.location[event] === Fence.full) this.#addSync(at);
          else if (graph.location[event] !== Fence.compiler) this.#addLwsync(at);
          break;
        case EventKind.spawn:
          this.#addSync(at);
          this.#synchronize(graph.location[event]! * kept, at);
          break;
        case EventKind.join:
          this.#addSync(at);
          this.#synchronize(at, graph.location[event]! * kept);
          break;
        default:
      }
    }
  }

  #addSync(at: number): void {
    this.#sets.include(at + Kept.beforeSync, this.#sets, at + Kept.accesses);
    this.#sets.include(at + Kept.sourcesBeforeFence, this.#sets, at + Kept.sources);
  }

  #addLwsync(at: number): void {
    this.#sets.include(at + Kept.readsBeforeLwsync, this.#sets, at + Kept.reads);
    this.#sets.include(at + Kept.writesBeforeLwsync, this.#sets, at + Kept.writes);
    this.#sets.include(at + Kept.sourcesBeforeFence, this.#sets, at + Kept.sources);
  }

  /** All of another thread so far, and what it has synchronized with, comes before what follows. */
  #synchronize(at: number, other: number): void {
    this.#sets.include(at + Kept.beforeSync, this.#sets, other + Kept.accesses);
    this.#sets.include(at + Kept.beforeSync, this.#sets, other + Kept.beforeSync);
    this.#sets.include(at + Kept.sourcesBeforeFence, this.#sets, other + Kept.sources);
  }

  #fenceBefore(graph: ExecutionGraph, access: number, at: number): void {
    const isRead = graph.kind[access] === EventKind.read;
    const order = graph.order[access]!;
    if (isFull(graph, access)) {
      if (isRead) this.#addSync(at);
    } else if (releases(order)) {
      // Of a read-modify-write, before the pair.
      if (isRead ? updates(graph, access) : !updates(graph, access)) this.#addLwsync(at);
    }
  }

  #fenceAfter(graph: ExecutionGraph, access: number, at: number): void {
    const isRead = graph.kind[access] === EventKind.read;
    if (isFencedStore(graph, access) || (isFull(graph, access) && !isRead)) this.#addSync(at);
    else if (!isRead) {
      const order = graph.order[access]!;
      // isync waits for the branch on what the pair's read has read.
      if (updates(graph, access) && (order === Order.acquire || order === Order.acquireRelease))
        this.#sets.include(at + Kept.beginAfter, this.#commits, graph.readOf(access));
    } else if (acquiresHere(graph, access) && !updates(graph, access)) this.#addLwsync(at);
  }

  #addAccess(graph: ExecutionGraph, event: number, at: number): void {
    const sets = this.#sets;
    const hb = this.#hb;
    const isRead = graph.kind[event] === EventKind.read;
    const thread = graph.thread[event]!;
    const source = isRead ? graph.readsFrom[event]! : none;
    const external = isRead && source >= 0 && graph.thread[source] !== thread;

    // Preserved program order: reachability from the beginning of a read to that of a read or to the
    // commit of a write, where an instruction begins before it commits.
    const begins = this.#begins;
    const commits = this.#commits;
    begins.add(event, event);
    begins.include(event, sets, at + Kept.beginAfter);
    const address = addressOf(graph, event);
    if (address !== none) begins.include(event, begins, address);
    if (isRead && source >= 0 && !external) begins.include(event, begins, source);
    commits.include(event, sets, at + Kept.commitAfter);
    if (!isRead) commits.include(event, sets, at + Kept.readsCommit);
    this.#orderByLocation(graph, event, external ? source : none);
    if (address !== none) commits.include(event, commits, address);
    commits.include(event, begins, event);
    hb.includeCommon(event, isRead ? begins : commits, event, sets, at + Kept.reads);

    this.#sync.include(event, sets, at + Kept.beforeSync);
    const fence = this.#fence;
    fence.include(event, sets, at + Kept.beforeSync);
    fence.include(event, sets, at + Kept.readsBeforeLwsync);
    if (!isRead) fence.include(event, sets, at + Kept.writesBeforeLwsync);
    this.#fenceSources.include(event, sets, at + Kept.sourcesBeforeFence);
    hb.include(event, fence, event);
    if (external) {
      hb.add(event, source);
      sets.add(at + Kept.sources, source);
    }

    sets.add(at + Kept.accesses, event);
    sets.add(at + (isRead ? Kept.reads : Kept.writes), event);
    if (isRead) sets.include(at + Kept.readsCommit, commits, event);
    // addr ; po
    if (address !== none) sets.include(at + Kept.commitAfter, commits, address);
  }

  /**
   * po-loc; and rdw and detour, where a read sees a write of another thread that came in between.
   *
   * @param source what a read reads from another thread, or `none`
   */
  #orderByLocation(graph: ExecutionGraph, event: number, source: number): void {
    const thread = graph.thread[event]!;
    for (let index = graph.index[event]! - 1; index >= 0; index--) {
      const earlier = graph.at(thread, index);
      const kind = graph.kind[earlier];
      if (kind !== EventKind.read && kind !== EventKind.write) continue;
      if (graph.location[earlier] !== graph.location[event]) continue;
      this.#commits.include(event, this.#commits, earlier);
      if (source === none) continue;
      if (kind === EventKind.write) this.#begins.include(event, this.#commits, earlier);
      else if (graph.readsFrom[earlier] !== source)
        this.#begins.include(event, this.#begins, earlier);
    }
  }

  /** Fills in prop, by way of hb*, propbase* and what comes before those by communication. */
  #propagate(graph: ExecutionGraph): void {
    const { size } = graph;
    const { order } = this.#order;
    const happens = this.#happens;
    const propbase = this.#propbase;
    const syncHb = this.#syncHb;
    const strong = this.#strong;
    const communicated = this.#communicated;
    const ways = [
      happens,
      propbase,
      this.#propbases,
      this.#propagated,
      syncHb,
      strong,
      communicated,
    ];
    for (const rows of ways) rows.reset(size, size);
    for (let i = 0; i < size; i++) {
      const event = order[i]!;
      propbase.include(event, this.#fence, event);
      propbase.include(event, this.#fenceSources, event);
      syncHb.include(event, this.#sync, event);
      happens.add(event, event);
      const hb = this.#hb;
      for (let by = hb.previous(event, size); by >= 0; by = hb.previous(event, by)) {
        if (happens.has(event, by)) continue;
        happens.include(event, happens, by);
        propbase.include(event, propbase, by);
        syncHb.include(event, syncHb, by);
      }
      this.#closePropbase(graph, event);
      for (let by = syncHb.previous(event, size); by >= 0; by = syncHb.previous(event, by)) {
        if (strong.has(event, by)) continue;
        strong.include(event, this.#propbases, by);
        communicated.include(event, this.#propagated, by);
      }
    }
    const prop = this.#prop;
    const writes = this.#writes;
    prop.reset(size, size);
    writes.reset(1, size);
    for (let event = 0; event < size; event++)
      if (graph.kind[event] === EventKind.write) writes.add(0, event);
    for (let event = 0; event < size; event++) {
      if (graph.kind[event] === EventKind.write)
        prop.includeCommon(event, propbase, event, writes, 0);
      prop.include(event, strong, event);
      prop.include(event, communicated, event);
    }
  }

  /** propbase*, and what comes before it by rfe, fre, coe, or by one of the latter two and rfe. */
  #closePropbase(graph: ExecutionGraph, event: number): void {
    const { external } = this.#overwritten;
    const propbase = this.#propbase;
    const propbases = this.#propbases;
    const propagated = this.#propagated;
    propbases.add(event, event);
    if (graph.kind[event] === EventKind.write) propagated.include(event, external, event);
    const source = readsElsewhere(graph, event);
    if (source !== none) {
      propagated.add(event, source);
      propagated.include(event, external, source);
    }
    for (
      let by = propbase.previous(event, graph.size);
      by >= 0;
      by = propbase.previous(event, by)
    ) {
      if (propbases.has(event, by)) continue;
      propbases.include(event, propbases, by);
      propagated.include(event, propagated, by);
    }
  }

  /** Whether co ∪ prop is acyclic. */
  #propagation(graph: ExecutionGraph): boolean {
    const rows = this.#writes;
    rows.reset(graph.size, graph.size);
    for (let event = 0; event < graph.size; event++) {
      rows.include(event, this.#prop, event);
      if (graph.kind[event] === EventKind.write && graph.coherencePrevious[event]! >= 0)
        rows.add(event, graph.coherencePrevious[event]!);
    }
    return this.#scratch.sort(rows, graph.size);
  }

  /** Whether fre ; prop ; hb* is irreflexive. */
  #observation(graph: ExecutionGraph): boolean {
    const { size } = graph;
    const { order } = this.#order;
    const hb = this.#hb;
    // prop ; hb*
    const seen = this.#strong;
    const happens = this.#happens;
    seen.reset(size, size);
    happens.reset(size, size);
    for (let i = 0; i < size; i++) {
      const event = order[i]!;
      seen.include(event, this.#prop, event);
      happens.add(event, event);
      for (let by = hb.previous(event, size); by >= 0; by = hb.previous(event, by)) {
        if (happens.has(event, by)) continue;
        happens.include(event, happens, by);
        seen.include(event, seen, by);
      }
      if (graph.kind[event] !== EventKind.read) continue;
      const thread = graph.thread[event]!;
      for (
        let write = graph.next(graph.readsFrom[event]!);
        write !== none;
        write = graph.coherenceNext[write]!
      ) {
        if (graph.thread[write] !== thread && seen.has(event, write)) return false;
      }
    }
    return true;
  }

  /** scXX: whether co ∪ (po & X × X) is acyclic, where X are the accesses of reservations. */
  #reservationsInOrder(graph: ExecutionGraph): boolean {
    const { size } = graph;
    const rows = this.#writes;
    rows.reset(size, size);
    this.#sets.reset(graph.threadLimit, size);
    for (let event = 0; event < size; event++) {
      const kind = graph.kind[event];
      if (kind !== EventKind.read && kind !== EventKind.write) continue;
      if (updates(graph, event)) {
        rows.include(event, this.#sets, graph.thread[event]!);
        this.#sets.add(graph.thread[event]!, event);
      }
      if (kind === EventKind.write && graph.coherencePrevious[event]! >= 0)
        rows.add(event, graph.coherencePrevious[event]!);
    }
    return this.#scratch.sort(rows, size);
  }
}

/** POWER. */
export const power: MemoryModel = new Power();
