import {
  acquires,
  EventFlag,
  EventKind,
  type ExecutionGraph,
  Fence,
  type MemoryModel,
  none,
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
  /** What every later access comes after, through a strong fence. */
  beforeStrong: 3,
  /** Reads that acquire: every later access comes after them. */
  acquiring: 4,
  readsBeforeRmb: 5,
  writesBeforeWmb: 6,
  /** What came before an unlock; and before one that a later lock of this thread follows, or took over from. */
  beforeUnlock: 7,
  acrossLocks: 8,
} as const;
const kept = 9;

function isAccess(graph: ExecutionGraph, event: number): boolean {
  return graph.kind[event] === EventKind.read || graph.kind[event] === EventKind.write;
}

/**
 * The Linux kernel's memory model, for marked accesses: what holds under it holds on every architecture.
 * A plain access counts as marked here; whether it races is asked by the explorer apart.
 *
 * The kernel has no fence that releases or acquires. C11's count as smp_wmb() and smp_rmb(), the strongest
 * of its fences that are no stronger than every architecture's: POWER's lwsync and RISC-V's fence rw,w and r,rw.
 *
 * The axioms and names are those of the reference form, linux-kernel.cat, but for RCU: a grace period is
 * made of accesses of its own by whoever models it. Of `happens-before` and `propagation` it is asked at
 * once that hb ∪ (prop ; strong-fence) is acyclic: a cycle either has a step of the latter, and is one of
 * pb, or has none, and is one of hb.
 */
class LinuxKernel extends WeakModel {
  readonly id = 'lkmm';
  readonly title = 'Linux kernel memory model';
  protected override readonly knowsReleaseFences = false;
  readonly source = 'linux-kernel.cat and lock.cat of tools/memory-model in the Linux kernel';

  readonly #sets = new EventRows();
  readonly #strong = new EventRows();
  /** ppo without what is in cumul-fence too: that is in prop, which counts within a thread. */
  readonly #ppo = new EventRows();
  /** cumul-fence within a thread, without the reads-from before it. */
  readonly #fence = new EventRows();
  readonly #cumulFence = new EventRows();
  /** What comes before by coe or fre, and then cumul-fence*. */
  readonly #communicated = new EventRows();
  readonly #prop = new EventRows();
  readonly #before = new EventRows();
  /** Per event, what comes before it in program order, or is what it reads. */
  readonly #prefix = new EventRows();
  readonly #overwritten = new Overwritten();
  readonly #order = new TopologicalOrder();
  readonly #cycles = new TopologicalOrder();

  isConsistent(graph: ExecutionGraph): boolean {
    const { size } = graph;
    this.#overwritten.fill(graph);
    this.#orderThreads(graph);
    this.#order.sort(this.#prefix, size);
    this.#propagate(graph);
    return this.#cycles.sort(this.#before, size);
  }

  #orderThreads(graph: ExecutionGraph): void {
    const { size, threadLimit } = graph;
    const sets = this.#sets;
    sets.reset(threadLimit * kept, size);
    for (const rows of [this.#strong, this.#ppo, this.#fence, this.#prefix]) rows.reset(size, size);
    for (let event = 0; event < size; event++) {
      const thread = graph.thread[event]!;
      const at = thread * kept;
      if (graph.index[event]! > 0)
        this.#prefix.add(event, graph.at(thread, graph.index[event]! - 1));
      else if (graph.spawnedBy[thread] !== none) this.#prefix.add(event, graph.spawnedBy[thread]!);
      switch (graph.kind[event]) {
        case EventKind.read:
          if (graph.readsFrom[event]! >= 0) this.#prefix.add(event, graph.readsFrom[event]!);
          this.#addRead(graph, event, at);
          break;
        case EventKind.write:
          this.#addWrite(graph, event, at);
          break;
        case EventKind.fence:
          this.#addFence(graph.location[event]!, at);
          break;
        case EventKind.spawn:
          this.#addStrongFence(at);
          this.#synchronize(graph.location[event]! * kept, at);
          break;
        case EventKind.join:
          this.#prefix.add(event, graph.lastOf(graph.location[event]!));
          this.#addStrongFence(at);
          this.#synchronize(at, graph.location[event]! * kept);
          break;
        default:
      }
    }
  }

  #addFence(fence: number, at: number): void {
    const sets = this.#sets;
    switch (fence) {
      case Fence.full:
        this.#addStrongFence(at);
        break;
      case Fence.read:
      case Fence.acquire:
        sets.include(at + Kept.readsBeforeRmb, sets, at + Kept.reads);
        break;
      case Fence.write:
      case Fence.release:
      case Fence.writeToAny:
        sets.include(at + Kept.writesBeforeWmb, sets, at + Kept.writes);
        break;
      default:
    }
  }

  #addStrongFence(at: number): void {
    this.#sets.include(at + Kept.beforeStrong, this.#sets, at + Kept.accesses);
  }

  /** All of another thread so far, and what it has synchronized with, comes before what follows. */
  #synchronize(at: number, other: number): void {
    this.#sets.include(at + Kept.beforeStrong, this.#sets, other + Kept.accesses);
    this.#sets.include(at + Kept.beforeStrong, this.#sets, other + Kept.beforeStrong);
  }

  #addRead(graph: ExecutionGraph, read: number, at: number): void {
    const sets = this.#sets;
    const ppo = this.#ppo;
    // A fully ordered read-modify-write is as if enclosed by two smp_mb().
    if (isFull(graph, read)) this.#addStrongFence(at);
    const takesLock =
      (graph.flags[read]! & EventFlag.spinLock) !== 0 &&
      updates(graph, read) &&
      acquires(graph.order[read]!);
    // po-unlock-lock-po: what follows comes after what the unlock came after.
    if (takesLock) {
      sets.include(at + Kept.acrossLocks, sets, at + Kept.beforeUnlock);
      const source = graph.readsFrom[read]!;
      if (source >= 0) {
        const unlocker = graph.thread[source]! * kept;
        if (unlocker !== at) this.#addUnlocked(graph, source, at);
      }
    }
    this.#addCommon(graph, read, at);
    ppo.include(read, sets, at + Kept.readsBeforeRmb);
    // (addr | data) ; rfi
    const source = graph.readsFrom[read]!;
    if (source >= 0 && graph.thread[source] === graph.thread[read]) {
      const address = addressOf(graph, source);
      if (address !== none) ppo.add(read, address);
    }
    sets.add(at + Kept.accesses, read);
    sets.add(at + Kept.reads, read);
    if (acquiresHere(graph, read)) sets.add(at + Kept.acquiring, read);
  }

  /** What came before an unlock of another thread. */
  #addUnlocked(graph: ExecutionGraph, unlock: number, at: number): void {
    const thread = graph.thread[unlock]!;
    for (let index = graph.index[unlock]! - 1; index >= 0; index--) {
      const event = graph.at(thread, index);
      const kind = graph.kind[event];
      if (kind === EventKind.read || kind === EventKind.write)
        this.#sets.add(at + Kept.acrossLocks, event);
    }
  }

  #addWrite(graph: ExecutionGraph, write: number, at: number): void {
    const sets = this.#sets;
    const ppo = this.#ppo;
    this.#addCommon(graph, write, at);
    // Each read before decides, or may decide, a branch that leads here.
    ppo.include(write, sets, at + Kept.reads);
    this.#fence.include(write, sets, at + Kept.writesBeforeWmb);
    ppo.include(write, this.#overwritten.internal, write);
    const isRelease = releases(graph.order[write]!);
    if (isRelease && !isFull(graph, write)) this.#fence.include(write, sets, at + Kept.accesses);
    if ((graph.flags[write]! & EventFlag.spinLock) !== 0 && isRelease && !updates(graph, write))
      sets.include(at + Kept.beforeUnlock, sets, at + Kept.accesses);
    sets.add(at + Kept.accesses, write);
    sets.add(at + Kept.writes, write);
    if (isFull(graph, write) || isFencedStore(graph, write)) this.#addStrongFence(at);
  }

  /** What orders an access of either kind. */
  #addCommon(graph: ExecutionGraph, access: number, at: number): void {
    const sets = this.#sets;
    const ppo = this.#ppo;
    this.#strong.include(access, sets, at + Kept.beforeStrong);
    ppo.include(access, sets, at + Kept.acquiring);
    const address = addressOf(graph, access);
    if (address !== none) ppo.add(access, address);
    this.#fence.include(access, sets, at + Kept.beforeStrong);
    this.#fence.include(access, sets, at + Kept.acrossLocks);
  }

  /** Fills in what comes before what: hb, and prop ; strong-fence. */
  #propagate(graph: ExecutionGraph): void {
    const { size } = graph;
    const { order } = this.#order;
    const { external } = this.#overwritten;
    const cumulFence = this.#cumulFence;
    const communicated = this.#communicated;
    const prop = this.#prop;
    const before = this.#before;
    for (const rows of [cumulFence, communicated, prop, before]) rows.reset(size, size);
    for (let i = 0; i < size; i++) {
      const event = order[i]!;
      if (!isAccess(graph, event)) continue;
      cumulFence.add(event, event);
      if (graph.kind[event] === EventKind.write) communicated.include(event, external, event);
      this.#addCumulFences(graph, event);
    }
    for (let event = 0; event < size; event++) {
      if (!isAccess(graph, event)) continue;
      const thread = graph.thread[event]!;
      before.include(event, this.#ppo, event);
      prop.include(event, cumulFence, event);
      prop.include(event, communicated, event);
      const source = readsElsewhere(graph, event);
      if (source !== none) {
        prop.include(event, cumulFence, source);
        prop.include(event, communicated, source);
        before.add(event, source);
      }
      // (prop \ id) & int
      this.#overwritten.addOfThread(before, event, prop, event, thread);
      before.remove(event, event);
    }
    this.#addStrongFences(graph);
  }

  /** Adds prop ; strong-fence to what comes before what. */
  #addStrongFences(graph: ExecutionGraph): void {
    const { size, threadLimit } = graph;
    const strong = this.#strong;
    // Per thread: what its strong fences have been found to order, and what comes before that by prop.
    const found = this.#sets;
    found.reset(threadLimit * 2, size);
    for (let event = 0; event < size; event++) {
      if (!isAccess(graph, event)) continue;
      const at = graph.thread[event]! * 2;
      for (let by = strong.previous(event, size); by >= 0; by = strong.previous(event, by)) {
        if (found.has(at, by)) continue;
        found.add(at, by);
        found.include(at + 1, this.#prop, by);
      }
      this.#before.include(event, found, at + 1);
    }
  }

  /** Adds what comes before an event by cumul-fence, once and again, and what comes before that by coe or fre. */
  #addCumulFences(graph: ExecutionGraph, event: number): void {
    const rows = this.#cumulFence;
    const fence = this.#fence;
    const strong = this.#strong;
    const isRelease = this.#isRelease(graph, event);
    for (let by = fence.previous(event, graph.size); by >= 0; by = fence.previous(event, by)) {
      this.#goOnFrom(event, by);
      // A strong fence, or a release, also orders what was read from another thread before it.
      const source = readsElsewhere(graph, by);
      if (source === none || rows.has(event, source)) continue;
      if ((isRelease && graph.thread[by] === graph.thread[event]) || strong.has(event, by))
        this.#goOnFrom(event, source);
    }
    // rmw-sequence: a read-modify-write goes on with the fence before what it has read.
    if (graph.kind[event] !== EventKind.write || !updates(graph, event)) return;
    const source = graph.readsFrom[graph.readOf(event)]!;
    if (source < 0) return;
    for (let by = rows.previous(source, graph.size); by >= 0; by = rows.previous(source, by)) {
      if (by !== source) this.#goOnFrom(event, by);
    }
  }

  /** What comes before `by` comes before `event`; if `by` is known to, so is that. */
  #goOnFrom(event: number, by: number): void {
    if (this.#cumulFence.has(event, by)) return;
    this.#cumulFence.include(event, this.#cumulFence, by);
    this.#communicated.include(event, this.#communicated, by);
  }

  #isRelease(graph: ExecutionGraph, event: number): boolean {
    return graph.kind[event] === EventKind.write && releases(graph.order[event]!);
  }
}

/** The Linux kernel's memory model. */
export const lkmm: MemoryModel = new LinuxKernel();
