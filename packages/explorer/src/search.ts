import { EventFlag, EventKind, ExecutionGraph, initialWrite, none } from './graph.js';
import { isMaximal } from './maximality.js';
import { Access, type MemoryModel } from './memory-model.js';
import { keepForRevisit } from './revisit.js';
import { noWrite, onlyLooks, Update, updatedValue } from './update.js';
import type { Waiting } from './waiting.js';

/** The kinds of alternatives that are still to be explored. */
export const Alternative = {
  /** A read reads from another write. */
  read: 0,
  /** A write takes another place in coherence order. */
  write: 1,
  /** A write that was added later makes an earlier read read from it. */
  revisit: 2,
  /** A choice takes another value. */
  choice: 3,
  /** Nothing can go on: a thread that waits for a lock goes before one that took it. */
  force: 4,
} as const;

const alternativeWidth = 5;

interface Frame {
  readonly graph: ExecutionGraph;
  /** Alternatives below belong to the frames before. */
  base: number;
}

/**
 * The search: every consistent complete execution graph exactly once, in memory linear in its size.
 *
 * The algorithm is TruSt (POPL 2022). An event is added at the end of a thread; a read first reads
 * the coherence-last write, a write first goes last, and the other places are kept as alternatives.
 * A write also makes earlier reads of its location read from it (a backward revisit): everything that
 * was added after the read and is not in the write's prefix is deleted, but only if all of it was
 * added maximally, so that each graph has one parent. Alternatives are a stack; a revisit gets a
 * graph of its own, everything else is undone in place.
 *
 * A read that waits is added only when the newest write satisfies it, and reads from none that does
 * not (but see {@link Waiting} for values that do not stay). A lock is a read-modify-write that waits;
 * one that comes to a lock that was taken is also tried before the taker, which then waits in turn.
 */
export class Search {
  /** The execution graph as it is now. */
  graph: ExecutionGraph;
  /** The number of alternatives that are still to be explored. */
  depth = 0;
  /** The share of the search tree below the current node. */
  share = 1;
  /** The share that is done; each node's is split evenly among its children. */
  explored = 0;

  readonly #model: MemoryModel;
  readonly #waiting: Waiting;
  readonly #initial: unknown[];
  readonly #random: (() => number) | undefined;
  #programThreads = 0;
  #frames: Frame[] = [];
  readonly #pool: ExecutionGraph[] = [];
  #alternatives = new Int32Array(256 * alternativeWidth);
  #shares = new Float64Array(256);
  #renumbering = new Int32Array(64);

  /**
   * @param initial the initial value of each location, which may grow
   * @param random picks one child of each node instead of exploring them all
   */
  constructor(
    model: MemoryModel,
    waiting: Waiting,
    initial: unknown[],
    random: (() => number) | undefined,
  ) {
    this.#model = model;
    this.#waiting = waiting;
    this.#initial = initial;
    this.#random = random;
    this.graph = new ExecutionGraph(0, initial);
  }

  /**
   * Begins with the empty graph.
   *
   * @param programThreads how many threads there are from the start
   * @param threads how many are known in all
   */
  begin(programThreads: number, threads: number, locations: number): void {
    const limit = Math.max(4, Math.ceil(threads / 4) * 4);
    this.#programThreads = programThreads;
    this.#waiting.reset(limit);
    this.#pool.length = 0;
    this.#frames = [];
    this.depth = 0;
    this.share = 1;
    this.explored = 0;
    this.graph = new ExecutionGraph(limit, this.#initial, this.#model.views);
    this.graph.started.fill(1, 0, programThreads);
    this.graph.reserveLocations(locations);
  }

  postpone(kind: number, event: number, a: number, b: number, c: number): void {
    let at = this.depth * alternativeWidth;
    if (at === this.#alternatives.length) {
      const alternatives = new Int32Array(at * 2);
      alternatives.set(this.#alternatives);
      this.#alternatives = alternatives;
      const shares = new Float64Array(this.depth * 2);
      shares.set(this.#shares);
      this.#shares = shares;
    }
    const alternatives = this.#alternatives;
    alternatives[at++] = kind;
    alternatives[at++] = event;
    alternatives[at++] = a;
    alternatives[at++] = b;
    alternatives[at] = c;
    this.depth++;
  }

  /**
   * Splits the current node's share among the alternatives kept since `mark` and, if there is one,
   * the graph as it stands. When sampling, leaves only one of them.
   *
   * @returns whether to go on with the graph as it stands
   */
  branch(mark: number, goesOn: boolean): boolean {
    const children = this.depth - mark + (goesOn ? 1 : 0);
    if (children === 0) {
      this.explored += this.share;
      return false;
    }
    if (children > 1 || !goesOn) {
      this.share /= children;
      if (this.#random !== undefined) {
        const picked = Math.floor(this.#random() * children);
        if (goesOn && picked === children - 1) {
          this.depth = mark;
          return true;
        }
        const from = (mark + picked) * alternativeWidth;
        this.#alternatives.copyWithin(mark * alternativeWidth, from, from + alternativeWidth);
        this.depth = mark + 1;
        this.#shares[mark] = this.share;
        return false;
      }
      for (let i = mark; i < this.depth; i++) this.#shares[i] = this.share;
    }
    return goesOn;
  }

  /** Takes up the newest alternative that leads anywhere. */
  backtrack(): boolean {
    this.#waiting.forced = none;
    for (;;) {
      const frames = this.#frames;
      if (this.depth === (frames.length === 0 ? 0 : frames[frames.length - 1]!.base)) {
        if (frames.length === 0) return false;
        this.#leaveFrame();
        continue;
      }
      this.depth--;
      const at = this.depth * alternativeWidth;
      const event = this.#alternatives[at + 1]!;
      const a = this.#alternatives[at + 2]!;
      const b = this.#alternatives[at + 3]!;
      const c = this.#alternatives[at + 4]!;
      this.share = this.#shares[this.depth]!;
      switch (this.#alternatives[at]) {
        case Alternative.read:
          this.graph.truncate(event);
          if (this.#readFrom(event, a)) return true;
          break;
        case Alternative.write: {
          this.graph.truncate(event);
          const graph = this.graph;
          graph.push(event);
          graph.linkWrite(event, a);
          this.#changed(event);
          this.#waiting.check(graph, event);
          if (this.#isConsistent()) return true;
          this.explored += this.share;
          break;
        }
        case Alternative.revisit:
          if (this.#revisit(event, a, b, c)) return true;
          break;
        case Alternative.choice:
          this.graph.truncate(event);
          this.graph.value[event] = a;
          this.graph.push(event);
          this.#changed(event);
          return true;
        default:
          this.graph.truncate(a);
          this.#waiting.forget(event);
          this.#waiting.forced = event;
          return true;
      }
    }
  }

  /** A thread got another event without having been run. */
  #changed(event: number): void {
    this.#waiting.forget(this.graph.thread[event]!);
  }

  /** Adds a read that was cut off, reading from `write`; and its write half, if it is an update. */
  #readFrom(read: number, write: number): boolean {
    const graph = this.graph;
    this.pushRead(read, write);
    this.#changed(read);
    // Whether it succeeds may be another thing than with what it read before, and a model may ask.
    if (!this.#model.exact && graph.update[read] !== 0) {
      const value = this.#updateOn(graph, read, graph.value[read]);
      this.#settleUpdate(graph, read, value !== noWrite);
    }
    if (!this.#isConsistent()) {
      this.explored += this.share;
      return false;
    }
    if (graph.update[read] === 0) return true;
    return this.finishUpdate(read, write, this.depth);
  }

  /**
   * Adds the write half of an update whose read has been added.
   *
   * @param mark where this node's alternatives begin
   * @returns whether the graph goes on; if another update has read the same write, it does not, but
   *   that update's read may be revisited
   */
  finishUpdate(read: number, write: number, mark: number): boolean {
    const graph = this.graph;
    const value = this.#updateOn(graph, read, graph.valueOf(write));
    if (value === noWrite) {
      this.#settleUpdate(graph, read, false);
      return this.branch(mark, true);
    }
    this.#settleUpdate(graph, read, true);
    const taken = graph.updateOf(write) !== none;
    const half = graph.size;
    graph.stageHalf(half, read);
    graph.value[half] = value;
    let goesOn = !taken;
    if (taken) {
      // Not part of the graph: only its prefix matters for what it may revisit.
      graph.index[half] = graph.index[read]! + 1;
      graph.inheritClock(half, read);
      this.#model.added(graph, half);
    } else {
      graph.push(half);
      graph.linkWrite(half, write);
      this.#model.added(graph, half);
      this.#waiting.check(graph, half);
      goesOn = graph.next(half) === none || this.#isConsistent();
    }
    this.postponeRevisits(half, half);
    return this.branch(mark, goesOn);
  }

  /** Whether the graph is consistent after something that the model's floor may have let through. */
  #isConsistent(): boolean {
    return this.#model.exact || this.#model.isConsistent(this.graph);
  }

  /**
   * Keeps a revisit of each read that `write` may make read from it.
   *
   * Of these is no read that a revisitor depends on: the revisitor was added after it, and is not maximal.
   *
   * @param size how much of the graph there was before the write
   */
  postponeRevisits(write: number, size: number): void {
    const graph = this.graph;
    const oldest = this.#oldestRevisitable(write);
    if (oldest === none) return;
    const location = graph.location[write]!;
    const updates = (graph.flags[write]! & EventFlag.update) !== 0;
    const source = updates ? graph.readsFrom[graph.readOf(write)]! : none;
    // The update that has read the same write must go, or be revisited itself.
    const rival = updates ? this.#rivalOf(write, source) : none;
    for (let event = size - 1; event >= oldest; event--) {
      if (event === write || graph.inPrefix(event, write)) continue;
      if (!isMaximal(graph, event, write)) return;
      if (graph.kind[event] !== EventKind.read || graph.location[event] !== location) continue;
      if (rival !== none && rival < event) continue;
      const condition = graph.condition[event] ?? null;
      const waits = condition !== null && (graph.flags[event]! & EventFlag.mayStick) === 0;
      if (waits && !condition(graph.value[write]) && event !== rival) continue;
      this.postpone(Alternative.revisit, event, write, size, 0);
    }
  }

  /** The read of the other update that reads `source`, or `none`. */
  #rivalOf(write: number, source: number): number {
    const graph = this.graph;
    const other = graph.updateOf(source);
    return other === none || other === write ? none : graph.readOf(other);
  }

  /** The oldest read of the write's location outside its prefix, or `none`. */
  #oldestRevisitable(write: number): number {
    const graph = this.graph;
    const location = graph.location[write]!;
    let oldest = none;
    for (let source = initialWrite(location); source !== none; source = graph.next(source)) {
      for (let read = graph.readers(source); read !== none; read = graph.nextReader[read]!) {
        if (read < oldest && !graph.inPrefix(read, write)) oldest = read;
      }
    }
    return oldest;
  }

  /**
   * Builds the graph in which `read` reads from the later `write`.
   *
   * It keeps what was added before the read and what is in the write's prefix. If the read waits for a
   * value that the write does not have, it is a lock acquisition that the write's own update goes
   * before: then the read goes too.
   *
   * @param nth which of the write's possible coherence places
   */
  #revisit(read: number, write: number, size: number, nth: number): boolean {
    this.graph.truncate(size);
    const old = this.graph;
    const condition = old.condition[read] ?? null;
    const waits = condition !== null && (old.flags[read]! & EventFlag.mayStick) === 0;
    const overtakes = waits && !condition(old.value[write]);
    const isUpdate = (old.flags[write]! & EventFlag.update) !== 0;
    const half =
      overtakes || old.update[read] === 0 ? noWrite : this.#updateOn(old, read, old.value[write]);

    const graph = this.#enterFrame();
    if (this.#renumbering.length < size) this.#renumbering = new Int32Array(size * 2);
    const kept = keepForRevisit(
      old,
      graph,
      read,
      write,
      size,
      overtakes ? none : read,
      half !== noWrite,
      this.#renumbering,
    );
    const newWrite = kept;
    graph.reserve(kept + 2);
    graph.copyEvent(newWrite, old, write);
    graph.threadLength[graph.thread[newWrite]!]!--;
    graph.size = kept;
    const newRead = this.#renumbering[read]!;

    const newHalf = half === noWrite ? none : newRead + 1;
    const placed = this.#placeRevisitor(
      graph,
      newWrite,
      overtakes ? none : newRead,
      isUpdate,
      nth,
      read,
      write,
      size,
    );
    if (placed && newHalf !== none) {
      graph.value[newHalf] = half;
      graph.inheritClock(newHalf, newRead);
      graph.linkWrite(newHalf, newWrite);
      this.#model.added(graph, newHalf);
    }
    if (!placed || !this.#isConsistent()) {
      this.explored += this.share;
      this.#leaveFrame();
      return false;
    }
    this.#waiting.check(graph, newWrite);
    graph.flags[newWrite] = graph.flags[newWrite]! | EventFlag.revisitor;
    if (overtakes) {
      const acquisition = graph.readOf(newWrite);
      graph.flags[acquisition] = graph.flags[acquisition]! | EventFlag.revisitor;
      return true;
    }
    if (newHalf === none) return true;
    const mark = this.depth;
    this.#waiting.check(graph, newHalf);
    this.postponeRevisits(newHalf, graph.size);
    return this.branch(mark, true);
  }

  /** Notes whether an update succeeds with what its read reads. */
  #settleUpdate(graph: ExecutionGraph, read: number, succeeds: boolean): void {
    let flags = graph.flags[read]! & ~(EventFlag.update | EventFlag.locked);
    if (succeeds) flags |= EventFlag.update;
    else if (graph.update[read]! - 1 === Update.compareExchange) flags |= EventFlag.locked;
    graph.flags[read] = flags;
    this.#model.added(graph, read);
  }

  /** The access that a read is when it reads `value`: that of an update that fails may be a mere look. */
  #accessOf(graph: ExecutionGraph, read: number, value: unknown): Access {
    const update = graph.update[read]! - 1;
    if (update < 0) return Access.read;
    return onlyLooks(update as Update) && this.#updateOn(graph, read, value) === noWrite
      ? Access.read
      : Access.update;
  }

  /** What an update that reads `value` writes; nothing if it is stuck with that value. */
  #updateOn(graph: ExecutionGraph, read: number, value: unknown): unknown {
    if ((graph.flags[read]! & EventFlag.mayStick) !== 0 && !graph.condition[read]!(value))
      return noWrite;
    return updatedValue(
      (graph.update[read]! - 1) as Update,
      value,
      graph.first[read],
      graph.second[read],
    );
  }

  /**
   * Adds the revisiting write at its `nth` place, with `read` reading from it; the places after the first
   * are kept as alternatives when the first is taken.
   *
   * @returns whether there is such a place
   */
  #placeRevisitor(
    graph: ExecutionGraph,
    write: number,
    read: number,
    isUpdate: boolean,
    nth: number,
    oldRead: number,
    oldWrite: number,
    oldSize: number,
  ): boolean {
    const thread = graph.thread[write]!;
    const location = graph.location[write]!;
    const places: number[] = [];
    if (isUpdate) {
      const source = graph.readsFrom[graph.readOf(write)]!;
      if (graph.updateOf(source) === none && this.#mayStand(graph, write, source, read))
        places.push(source);
    } else {
      const length = graph.threadLength[thread]!;
      const floor = this.#model.floor(
        graph,
        thread,
        length,
        location,
        Access.write,
        graph.order[write]!,
      );
      for (let after = graph.coherenceLast[location]!; ; after = graph.coherencePrevious[after]!) {
        if (graph.updateOf(after) === none && this.#mayStand(graph, write, after, read))
          places.push(after);
        if (after === floor) break;
      }
    }
    if (nth >= places.length) return false;
    let chosen = places[nth]!;
    if (nth === 0 && places.length > 1) {
      this.share /= places.length;
      if (this.#random !== undefined) {
        chosen = places[Math.floor(this.#random() * places.length)]!;
      } else {
        const frame = this.#frames[this.#frames.length - 1]!;
        for (let place = 1; place < places.length; place++) {
          this.postpone(Alternative.revisit, oldRead, oldWrite, oldSize, place);
          this.#shares[this.depth - 1] = this.share;
        }
        frame.base = this.depth;
      }
    }
    graph.threadLength[thread]!++;
    graph.size = write + 1;
    graph.linkWrite(write, chosen);
    if (read !== none) {
      const index = graph.index[read]!;
      const reader = graph.thread[read]!;
      graph.inheritClock(
        read,
        index === 0 ? graph.spawnedBy[reader]! : graph.at(reader, index - 1),
      );
      graph.linkRead(read, write);
      if (graph.update[read] === 0) this.#model.added(graph, read);
      else
        this.#settleUpdate(
          graph,
          read,
          this.#updateOn(graph, read, graph.value[write]) !== noWrite,
        );
    }
    return true;
  }

  /** Whether `write` may stand after `after` with `read`, the last of its thread, reading from it. */
  #mayStand(graph: ExecutionGraph, write: number, after: number, read: number): boolean {
    if (read === none) return true;
    const thread = graph.thread[write]!;
    const location = graph.location[write]!;
    graph.threadLength[thread]!++;
    graph.linkWrite(write, after);
    const access = this.#accessOf(graph, read, graph.value[write]);
    const floor = this.#model.floor(
      graph,
      graph.thread[read]!,
      graph.index[read]!,
      location,
      access,
      graph.order[read]!,
    );
    let stands = false;
    for (let from = graph.coherenceLast[location]!; ; from = graph.coherencePrevious[from]!) {
      if (from === write) {
        stands = true;
        break;
      }
      if (from === floor) break;
    }
    graph.unlinkWrite(write);
    graph.threadLength[thread]!--;
    return stands;
  }

  #enterFrame(): ExecutionGraph {
    this.#frames.push({ graph: this.graph, base: this.depth });
    const graph =
      this.#pool.pop() ??
      new ExecutionGraph(this.graph.threadLimit, this.#initial, this.#model.views);
    graph.size = 0;
    graph.locations = 0;
    graph.reserveLocations(this.graph.locations);
    graph.threadLength.fill(0);
    graph.spawnedBy.fill(none);
    graph.started.fill(0);
    for (let t = 0; t < this.#programThreads; t++) graph.started[t] = 1;
    this.graph = graph;
    this.#waiting.forgetAll();
    return graph;
  }

  #leaveFrame(): void {
    this.#pool.push(this.graph);
    this.graph = this.#frames.pop()!.graph;
    this.#waiting.forgetAll();
  }

  /** Adds a staged event that is not a read. */
  push(event: number): void {
    this.graph.push(event);
    this.#model.added(this.graph, event);
  }

  /** Adds a staged read; an update is still to be finished. */
  pushRead(read: number, source: number): void {
    const graph = this.graph;
    graph.push(read);
    graph.linkRead(read, source);
    this.#model.added(graph, read);
  }
}
