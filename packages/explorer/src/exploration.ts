import type { Cell } from './cell.js';
import { findDataRace } from './data-races.js';
import { ModelError } from './errors.js';
import { EventFlag, EventKind, ExecutionGraph, initialWrite, none } from './graph.js';
import { isMaximal } from './maximality.js';
import { Access, type MemoryModel } from './memory-model.js';
import { Order, type Fence } from './order.js';
import type { Program, Setup } from './program.js';
import { Registry } from './registry.js';
import { keepForRevisit } from './revisit.js';
import { withRuntime, type Condition, type Runtime, type ThreadBody } from './runtime.js';
import { noWrite, onlyLooks, Update, updatedValue } from './update.js';
import { raceViolation } from './race-violation.js';
import { Violation } from './violation.js';

/** How an explored execution ended. */
export const Outcome = {
  /** Every thread ended, or one violated a property and nothing else could go on. */
  complete: 0,
  /** An assumption failed: not an execution of the program. */
  blocked: 1,
  /** Some thread waits for what nobody will do. */
  deadlock: 2,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Told of every execution as it ends; the graph is the explorer's own and must be copied to be kept. */
export type ExecutionListener = (
  outcome: Outcome,
  graph: ExecutionGraph,
  violations: readonly Violation[],
) => void;

export interface ExplorationOptions {
  readonly model: MemoryModel;
  readonly onExecution?: ExecutionListener;
  /** The search begins again; what was told of executions so far is void. It happens early, if at all. */
  readonly onRestart?: () => void;
  /** A thread with more events is cut off, and the result says so. Default 4,096. */
  readonly maximumThreadLength?: number;
  /** Whether plain accesses are checked for data races; default true. */
  readonly dataRaces?: boolean;
  /** Picks one child of a node of the search tree at random: for estimates. */
  readonly random?: () => number;
}

// Thrown through a thread: it has to wait, or this run is of no more use.
const waiting = Symbol('the thread waits');
const abandoned = Symbol('the run is abandoned');
const failedAssumption = Symbol('an assumption failed');

/** The kinds of alternatives that are still to be explored. */
const Alternative = {
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
 * A read that waits is added only when a write satisfies it, and never reads from one that does not:
 * its maximal choice is the coherence-last write that satisfies it. A lock is a read-modify-write
 * that waits; one that comes to a taken lock is also tried before the taker, which then waits in turn.
 */
export class Exploration implements Runtime {
  readonly model: MemoryModel;
  readonly registry = new Registry();
  readonly program: Program;
  readonly tracing = false;
  /** Situations that arose in some execution. */
  readonly covered = new Set<string>();

  executions = 0;
  blocked = 0;
  deadlocks = 0;
  /** Graphs that were begun and could not be finished. */
  abandonedGraphs = 0;
  /** The share of the search tree that is done, each node's share being split evenly among its children. */
  explored = 0;
  /** The thread that was cut off at the maximal length, if one was. */
  cutOff: string | undefined;
  done = false;

  readonly #programThreads: number;
  readonly #onExecution: ExecutionListener | undefined;
  readonly #maximumThreadLength: number;
  readonly #random: (() => number) | undefined;

  #graph: ExecutionGraph;
  #frames: Frame[] = [];
  readonly #pool: ExecutionGraph[] = [];

  #alternatives = new Int32Array(256 * alternativeWidth);
  #shares = new Float64Array(256);
  /** The number of alternatives. */
  #depth = 0;
  /** The share of the search tree below the current node. */
  #share = 1;

  // The running thread.
  #thread = -1;
  #events: number[] = [];
  #position = 0;
  #recorded = 0;
  #cellsMade = 0;
  #objectsMade = 0;
  #threadsMade = 0;
  #inFinally = false;

  // Why each thread waits; valid while its length is still the one given (-1: not known to wait).
  #waitingAt: Int32Array;
  readonly #waitingFor: (Cell<unknown> | number)[] = [];
  readonly #waitingUntil: (Condition | null)[] = [];
  #waitingAccess: Int32Array;
  #forced = none;

  /** Locations that some thread waits for. */
  readonly #awaited = new Set<number>();
  /**
   * Among them, those whose value may satisfy a wait and later not: there a wait may miss it. A wait
   * for one of them is an ordinary read that leaves its thread stuck if the value is a wrong one.
   */
  readonly #sticky = new Set<number>();
  #restartDue = false;
  readonly #dataRaces: boolean;
  /** Whether the program has plain accesses: only then can it have data races. */
  #hasPlainAccesses = false;
  readonly #onRestart: (() => void) | undefined;

  #renumbering = new Int32Array(64);

  constructor(setup: Setup, options: ExplorationOptions) {
    this.model = options.model;
    this.#onExecution = options.onExecution;
    this.#onRestart = options.onRestart;
    this.#maximumThreadLength = options.maximumThreadLength ?? 4096;
    this.#random = options.random;
    this.#dataRaces = options.dataRaces ?? true;
    this.program = withRuntime(this, setup);
    for (const [name, body] of Object.entries(this.program.threads)) {
      this.registry.addThread(body, Array.isArray(this.program.threads) ? `thread ${name}` : name);
    }
    this.#programThreads = this.registry.threads.length;
    this.#waitingAt = new Int32Array(0);
    this.#waitingAccess = new Int32Array(0);
    this.#graph = this.#begin();
  }

  /** The execution graph as it is now. */
  get graph(): ExecutionGraph {
    return this.#graph;
  }

  /** The share of the search tree below the current node. */
  get share(): number {
    return this.#share;
  }

  /** Starts again from the empty graph. */
  reset(): void {
    this.done = false;
    this.#graph = this.#begin();
  }

  #restart(): void {
    this.#restartDue = false;
    this.covered.clear();
    this.reset();
    this.#onRestart?.();
  }

  /** What a waiting thread waits for, or undefined if it is not known to wait. */
  waitsFor(thread: number): Cell<unknown> | number | undefined {
    return this.#waits(thread) ? this.#waitingFor[thread] : undefined;
  }

  /**
   * Goes on until `pause()` says so (asked at the end of each execution) or nothing is left.
   *
   * @returns whether everything was explored
   * @throws {ModelError} when the program cannot be explored
   */
  advance(pause: () => boolean): boolean {
    return withRuntime(this, () => {
      while (!this.done) {
        if (this.#restartDue) this.#restart();
        const thread = this.#nextThread();
        if (thread !== none) {
          this.#run(thread);
          continue;
        }
        this.#leaf();
        if (!this.#backtrack()) this.done = true;
        else if (pause()) break;
      }
      return this.done;
    });
  }

  // ---- the search -------------------------------------------------------------------------------

  #begin(): ExecutionGraph {
    const threads = this.registry.threads.length;
    const limit = Math.max(4, Math.ceil(threads / 4) * 4);
    this.#waitingAt = new Int32Array(limit).fill(-1);
    this.#waitingAccess = new Int32Array(limit);
    this.#pool.length = 0;
    this.#frames = [];
    this.#depth = 0;
    this.#share = 1;
    this.explored = this.executions = this.blocked = this.deadlocks = this.abandonedGraphs = 0;
    const graph = new ExecutionGraph(limit, this.registry.initial);
    for (let t = 0; t < this.#programThreads; t++) graph.started[t] = 1;
    graph.reserveLocations(this.registry.cells.length);
    return graph;
  }

  /** The first thread that can go on, or `none`. */
  #nextThread(): number {
    if (this.#forced !== none) {
      return this.#forced;
    }
    const graph = this.#graph;
    const threads = this.registry.threads.length;
    for (let t = 0; t < threads; t++) {
      if (graph.started[t] === 0 || graph.ended(t) || graph.stuckAt(t) !== none) continue;
      if (this.#waits(t) && !this.#canGoOn(t)) continue;
      return t;
    }
    // Nothing can go on. A wait that may have missed its value is settled last of all.
    for (let t = 0; t < threads; t++) {
      if (graph.started[t] === 0 || graph.ended(t) || graph.stuckAt(t) !== none) continue;
      const what = this.#waitingFor[t];
      if (typeof what === 'object' && this.#sticky.has(what.id)) return (this.#forced = t);
    }
    return none;
  }

  #waits(thread: number): boolean {
    return this.#waitingAt[thread] === this.#graph.threadLength[thread];
  }

  #canGoOn(thread: number): boolean {
    const what = this.#waitingFor[thread]!;
    if (typeof what === 'number')
      return (
        this.#graph.ended(what) && this.#graph.kind[this.#graph.lastOf(what)] === EventKind.end
      );
    return this.#waitingUntil[thread]!(this.#graph.valueOf(this.#graph.coherenceLast[what.id]!));
  }

  #run(thread: number): void {
    const graph = this.#graph;
    this.#thread = thread;
    this.#events = graph.threadEvents[thread]!;
    this.#position = 0;
    this.#recorded = graph.threadLength[thread]!;
    this.#cellsMade = this.#objectsMade = this.#threadsMade = 0;
    this.#waitingAt[thread] = -1;
    let kind: EventKind;
    let value: unknown;
    try {
      value = this.registry.threads[thread]!.body();
      kind = EventKind.end;
    } catch (thrown) {
      if (thrown === waiting) return;
      if (thrown === abandoned) {
        if (!this.#backtrack()) this.done = true;
        return;
      }
      if (thrown === failedAssumption) kind = EventKind.blocked;
      else if (thrown instanceof Violation) kind = EventKind.violation;
      else throw this.#modelError(thrown);
      value = thrown;
    }
    if (this.#position < this.#recorded) {
      throw this.#diverged(kind === EventKind.end ? 'returned' : `ended with: ${String(value)}`);
    }
    const event = this.#graph.stage(this.#graph.size, kind, thread, 0, 0, 0);
    this.#graph.value[event] = value;
    this.#push(event);
  }

  #modelError(thrown: unknown): ModelError {
    const name = this.registry.threads[this.#thread]?.name ?? 'finally';
    if (thrown instanceof ModelError) return thrown;
    const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    const at = thrown instanceof Error ? (/\n\s+(at .*)/.exec(thrown.stack ?? '')?.[1] ?? '') : '';
    return new ModelError(
      `${name} threw after ${String(this.#position)} operations: ${message} ${at}`.trimEnd(),
    );
  }

  #diverged(now: string): ModelError {
    const graph = this.#graph;
    const event = this.#events[this.#position]!;
    const kind = graph.kind[event]!;
    const what = Object.entries(EventKind).find(([, code]) => code === kind)?.[0] ?? '';
    const where =
      kind === EventKind.read || kind === EventKind.write
        ? ` of ${this.registry.cells[graph.location[event]!]!.name}`
        : '';
    return new ModelError(
      `${this.registry.threads[this.#thread]!.name} is not deterministic: its operation ${String(this.#position + 1)} ` +
        `was a ${what}${where} before and is now: ${now}. Everything that changes must live in a cell`,
    );
  }

  #leaf(): void {
    const graph = this.#graph;
    let ended = true;
    let assumed = true;
    let possible = true;
    const violations: Violation[] = [];
    for (let t = 0; t < this.registry.threads.length; t++) {
      if (graph.started[t] === 0) continue;
      if (!graph.ended(t)) {
        ended = false;
        // A thread is only stuck for ever with the last value of all.
        const stuck = graph.stuckAt(t);
        if (stuck !== none && graph.next(graph.readsFrom[stuck]!) !== none) possible = false;
        continue;
      }
      const last = graph.lastOf(t);
      if (graph.kind[last] === EventKind.blocked) assumed = false;
      else if (graph.kind[last] === EventKind.violation)
        violations.push(graph.value[last] as Violation);
    }
    if (!possible) {
      this.#forceWaiting();
      return;
    }
    if (this.#hasPlainAccesses && assumed && violations.length === 0) this.#checkRaces(violations);
    let outcome: Outcome = Outcome.complete;
    if (violations.length > 0) {
      this.executions++;
    } else if (!assumed) {
      outcome = Outcome.blocked;
      this.blocked++;
    } else if (!ended) {
      outcome = Outcome.deadlock;
      this.deadlocks++;
    } else {
      if (this.program.finally !== undefined) this.#finally(violations);
      this.executions++;
    }
    this.#onExecution?.(outcome, graph, violations);
    if (!ended) this.#forceWaiting();
    else this.explored += this.#share;
  }

  #checkRaces(violations: Violation[]): void {
    const race = findDataRace(this.#graph);
    if (race !== undefined) violations.push(raceViolation(this.#graph, race, this.registry));
  }

  /** When nothing can go on, each thread that waits for a lock may have come before one that took it. */
  #forceWaiting(): void {
    const mark = this.#depth;
    for (let t = 0; t < this.registry.threads.length; t++) {
      if (this.#graph.started[t] === 0 || this.#graph.ended(t)) continue;
      const what = this.#waitingFor[t];
      if (this.#waits(t) && typeof what === 'object' && this.#waitingAccess[t] === Access.update) {
        this.#postpone(Alternative.force, t, this.#graph.size, 0, 0);
      }
    }
    this.#branch(mark, false);
  }

  #finally(violations: Violation[]): void {
    const graph = this.#graph;
    const results: unknown[] = [];
    for (let t = 0; t < this.#programThreads; t++) results.push(graph.value[graph.lastOf(t)]);
    this.#inFinally = true;
    this.#thread = -1;
    try {
      this.program.finally!(results);
    } catch (thrown) {
      if (!(thrown instanceof Violation)) throw this.#modelError(thrown);
      violations.push(thrown);
    } finally {
      this.#inFinally = false;
    }
  }

  #postpone(kind: number, event: number, a: number, b: number, c: number): void {
    let at = this.#depth * alternativeWidth;
    if (at === this.#alternatives.length) {
      const alternatives = new Int32Array(at * 2);
      alternatives.set(this.#alternatives);
      this.#alternatives = alternatives;
      const shares = new Float64Array(this.#depth * 2);
      shares.set(this.#shares);
      this.#shares = shares;
    }
    const alternatives = this.#alternatives;
    alternatives[at++] = kind;
    alternatives[at++] = event;
    alternatives[at++] = a;
    alternatives[at++] = b;
    alternatives[at] = c;
    this.#depth++;
  }

  /**
   * Splits the current node's share among the alternatives kept since `mark` and, if there is one,
   * the graph as it stands. When sampling, leaves only one of them.
   *
   * @returns whether to go on with the graph as it stands
   */
  #branch(mark: number, goesOn: boolean): boolean {
    const children = this.#depth - mark + (goesOn ? 1 : 0);
    if (children === 0) {
      this.explored += this.#share;
      return false;
    }
    if (children > 1 || !goesOn) {
      this.#share /= children;
      if (this.#random !== undefined) {
        const picked = Math.floor(this.#random() * children);
        if (goesOn && picked === children - 1) {
          this.#depth = mark;
          return true;
        }
        const from = (mark + picked) * alternativeWidth;
        this.#alternatives.copyWithin(mark * alternativeWidth, from, from + alternativeWidth);
        this.#depth = mark + 1;
        this.#shares[mark] = this.#share;
        return false;
      }
      for (let i = mark; i < this.#depth; i++) this.#shares[i] = this.#share;
    }
    return goesOn;
  }

  /** Takes up the newest alternative that leads anywhere. */
  #backtrack(): boolean {
    this.#forced = none;
    for (;;) {
      const frames = this.#frames;
      if (this.#depth === (frames.length === 0 ? 0 : frames[frames.length - 1]!.base)) {
        if (frames.length === 0) return false;
        this.#leaveFrame();
        continue;
      }
      this.#depth--;
      const at = this.#depth * alternativeWidth;
      const event = this.#alternatives[at + 1]!;
      const a = this.#alternatives[at + 2]!;
      const b = this.#alternatives[at + 3]!;
      const c = this.#alternatives[at + 4]!;
      this.#share = this.#shares[this.#depth]!;
      switch (this.#alternatives[at]) {
        case Alternative.read:
          this.#cut(event);
          if (this.#readFrom(event, a)) return true;
          break;
        case Alternative.write: {
          this.#cut(event);
          const graph = this.#graph;
          graph.push(event);
          graph.linkWrite(event, a);
          this.#changed(event);
          if (this.#awaited.size > 0) this.#checkWaits(event);
          return true;
        }
        case Alternative.revisit:
          if (this.#revisit(event, a, b, c)) return true;
          break;
        case Alternative.choice:
          this.#cut(event);
          this.#graph.value[event] = a;
          this.#graph.push(event);
          this.#changed(event);
          return true;
        default:
          this.#cut(a);
          this.#waitingAt[event] = -1;
          this.#forced = event;
          return true;
      }
    }
  }

  #cut(size: number): void {
    this.#graph.truncate(size);
  }

  /** A thread got another event without having been run. */
  #changed(event: number): void {
    this.#waitingAt[this.#graph.thread[event]!] = -1;
  }

  /** Adds a read that was cut off, reading from `write`; and its write half, if it is an update. */
  #readFrom(read: number, write: number): boolean {
    const graph = this.#graph;
    graph.push(read);
    this.#changed(read);
    graph.linkRead(read, write);
    if (graph.update[read] === 0) return true;
    return this.#finishUpdate(read, write, this.#depth);
  }

  /**
   * Adds the write half of an update whose read has been added.
   *
   * @param mark where this node's alternatives begin
   * @returns whether the graph goes on; if another update has read the same write, it does not, but
   *   that update's read may be revisited
   */
  #finishUpdate(read: number, write: number, mark: number): boolean {
    const graph = this.#graph;
    const value = this.#updateOn(graph, read, graph.valueOf(write));
    if (value === noWrite) {
      this.#settleUpdate(graph, read, false);
      return this.#branch(mark, true);
    }
    this.#settleUpdate(graph, read, true);
    const taken = graph.updateOf(write) !== none;
    const half = graph.size;
    graph.stage(
      half,
      EventKind.write,
      graph.thread[read]!,
      graph.location[read]!,
      graph.order[read]!,
      EventFlag.update,
    );
    graph.value[half] = value;
    if (taken) {
      // Not part of the graph: only its prefix matters for what it may revisit.
      graph.index[half] = graph.index[read]! + 1;
      graph.inheritClock(half, read);
      this.model.added(graph, half);
    } else {
      graph.push(half);
      graph.linkWrite(half, write);
      this.model.added(graph, half);
      if (this.#awaited.size > 0) this.#checkWaits(half);
    }
    this.#postponeRevisits(half, half);
    return this.#branch(mark, !taken);
  }

  /**
   * Keeps a revisit of each read that `write` may make read from it.
   *
   * @param size how much of the graph there was before the write
   */
  #postponeRevisits(write: number, size: number): void {
    const graph = this.#graph;
    const oldest = this.#oldestRevisitable(write);
    if (oldest === none) return;
    const location = graph.location[write]!;
    const updates = (graph.flags[write]! & EventFlag.update) !== 0;
    const source = updates ? graph.readsFrom[write - 1]! : none;
    // The update that has read the same write must go, or be revisited itself.
    const rival = updates ? this.#rivalOf(write, source) : none;
    for (let event = size - 1; event >= oldest; event--) {
      if (event === write || graph.inPrefix(event, write)) continue;
      if (!isMaximal(graph, event, write)) return;
      if (graph.kind[event] !== EventKind.read || graph.location[event] !== location) continue;
      if ((graph.flags[event]! & EventFlag.pinned) !== 0) continue;
      if (rival !== none && rival < event) continue;
      const condition = graph.condition[event] ?? null;
      const waits = condition !== null && (graph.flags[event]! & EventFlag.mayStick) === 0;
      if (waits && !condition(graph.value[write]) && event !== rival) continue;
      this.#postpone(Alternative.revisit, event, write, size, 0);
    }
  }

  /** The read of the other update that reads `source`, or `none`. */
  #rivalOf(write: number, source: number): number {
    const graph = this.#graph;
    const other = graph.updateOf(source);
    return other === none || other === write
      ? none
      : graph.at(graph.thread[other]!, graph.index[other]! - 1);
  }

  /** The oldest read of the write's location outside its prefix, or `none`. */
  #oldestRevisitable(write: number): number {
    const graph = this.#graph;
    const location = graph.location[write]!;
    let oldest = none;
    for (let source = initialWrite(location); source !== none; source = graph.next(source)) {
      for (let read = graph.readers(source); read !== none; read = graph.nextReader[read]!) {
        if (
          read < oldest &&
          (graph.flags[read]! & EventFlag.pinned) === 0 &&
          !graph.inPrefix(read, write)
        )
          oldest = read;
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
    this.#cut(size);
    const old = this.#graph;
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

    const place = this.#placeRevisitor(
      graph,
      newWrite,
      overtakes ? none : newRead,
      isUpdate,
      nth,
      read,
      write,
      size,
    );
    if (!place) {
      this.explored += this.#share;
      this.#leaveFrame();
      return false;
    }
    if (this.#awaited.size > 0) this.#checkWaits(newWrite);
    graph.flags[newWrite] = graph.flags[newWrite]! | EventFlag.revisitor;
    // Pin the prefix: whatever else revisits a read in it is found from another graph.
    for (let event = 0; event <= newWrite; event++) {
      if (graph.inPrefix(event, newWrite) && event !== newRead)
        graph.flags[event] = graph.flags[event]! | EventFlag.pinned;
    }
    if (overtakes) {
      const acquisition = graph.at(graph.thread[newWrite]!, graph.index[newWrite]! - 1);
      graph.flags[acquisition] = graph.flags[acquisition]! | EventFlag.revisitor;
      return true;
    }
    if (half === noWrite) {
      if (graph.update[newRead] !== 0) this.#settleUpdate(graph, newRead, false);
      return true;
    }
    const mark = this.#depth;
    const newHalf = newRead + 1;
    this.#settleUpdate(graph, newRead, true);
    graph.value[newHalf] = half;
    graph.inheritClock(newHalf, newRead);
    graph.linkWrite(newHalf, newWrite);
    this.model.added(graph, newHalf);
    if (this.#awaited.size > 0) this.#checkWaits(newHalf);
    this.#postponeRevisits(newHalf, graph.size);
    return this.#branch(mark, true);
  }

  /** Notes whether an update succeeds with what its read reads. */
  #settleUpdate(graph: ExecutionGraph, read: number, succeeds: boolean): void {
    let flags = graph.flags[read]! & ~(EventFlag.update | EventFlag.locked);
    if (succeeds) flags |= EventFlag.update;
    else if (graph.update[read]! - 1 === Update.compareExchange) flags |= EventFlag.locked;
    graph.flags[read] = flags;
    this.model.added(graph, read);
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
   * Adds the revisiting write at its `nth` consistent place, with `read` reading from it.
   * The places after the first are kept as alternatives when the first is taken.
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
      const source = graph.readsFrom[graph.at(thread, graph.index[write]! - 1)]!;
      if (graph.updateOf(source) === none && this.#mayStand(graph, write, source, read))
        places.push(source);
    } else {
      const length = graph.threadLength[thread]!;
      const floor = this.model.floor(
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
      this.#share /= places.length;
      if (this.#random !== undefined) {
        chosen = places[Math.floor(this.#random() * places.length)]!;
      } else {
        const frame = this.#frames[this.#frames.length - 1]!;
        for (let place = 1; place < places.length; place++) {
          this.#postpone(Alternative.revisit, oldRead, oldWrite, oldSize, place);
          this.#shares[this.#depth - 1] = this.#share;
        }
        frame.base = this.#depth;
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
    const floor = this.model.floor(
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
    this.#frames.push({ graph: this.#graph, base: this.#depth });
    const graph =
      this.#pool.pop() ?? new ExecutionGraph(this.#graph.threadLimit, this.registry.initial);
    graph.size = 0;
    graph.locations = 0;
    graph.reserveLocations(this.#graph.locations);
    graph.threadLength.fill(0);
    graph.spawnedBy.fill(none);
    graph.started.fill(0);
    for (let t = 0; t < this.#programThreads; t++) graph.started[t] = 1;
    this.#graph = graph;
    this.#waitingAt.fill(-1);
    return graph;
  }

  #leaveFrame(): void {
    this.#pool.push(this.#graph);
    this.#graph = this.#frames.pop()!.graph;
    this.#waitingAt.fill(-1);
  }

  #push(event: number): void {
    const graph = this.#graph;
    graph.push(event);
    this.model.added(graph, event);
  }

  // ---- the operations of the running thread ---------------------------------------------------------

  /** Where the running thread's next event goes; the thread may not grow without end. */
  #frontier(order: Order = Order.relaxed): number {
    const graph = this.#graph;
    if (order === Order.plain) this.#hasPlainAccesses = this.#dataRaces;
    if (graph.threadLength[this.#thread]! >= this.#maximumThreadLength) {
      this.cutOff = this.registry.threads[this.#thread]!.name;
      throw failedAssumption;
    }
    graph.reserve(graph.size + 2);
    if (graph.locations < this.registry.cells.length)
      graph.reserveLocations(this.registry.cells.length);
    return graph.size;
  }

  /** Notes that a location can hold a value that a wait for it is not satisfied with. */
  #becomesSticky(location: number): void {
    this.#sticky.add(location);
    this.#restartDue = true;
  }

  /** Looks for waits for the location of a new write that the write does not satisfy. */
  #checkWaits(write: number): void {
    const graph = this.#graph;
    const location = graph.location[write]!;
    if (!this.#awaited.has(location) || this.#sticky.has(location)) return;
    for (let source = initialWrite(location); source !== none; source = graph.next(source)) {
      for (let read = graph.readers(source); read !== none; read = graph.nextReader[read]!) {
        const condition = graph.condition[read] ?? null;
        if (condition !== null && this.#misses(graph.update[read] !== 0, condition, write))
          this.#becomesSticky(location);
      }
    }
    for (let t = 0; t < this.registry.threads.length; t++) {
      const what = this.#waitingFor[t];
      if (!this.#waits(t) || typeof what !== 'object' || what.id !== location) continue;
      if (this.#misses(this.#waitingAccess[t] === Access.update, this.#waitingUntil[t]!, write))
        this.#becomesSticky(location);
    }
  }

  /**
   * Whether a wait could miss its value because of `write`. The wait of an update, as of a lock, cannot
   * by another update, since the two exclude each other; but it can by a write that goes over a value
   * that would have satisfied it.
   */
  #misses(updates: boolean, condition: Condition, write: number): boolean {
    const graph = this.#graph;
    if (!updates) return !condition(graph.value[write]);
    if ((graph.flags[write]! & EventFlag.update) !== 0) return false;
    return (
      !condition(graph.value[write]) || condition(graph.valueOf(graph.coherencePrevious[write]!))
    );
  }

  /**
   * Notes a wait for a location.
   *
   * @returns whether the wait is a read that may leave its thread stuck
   */
  #waitsAt(location: number, condition: Condition, updates: boolean): boolean {
    this.#awaited.add(location);
    if (this.#sticky.has(location)) return true;
    const graph = this.#graph;
    for (
      let write = graph.coherenceFirst[location]!;
      write !== none;
      write = graph.coherenceNext[write]!
    ) {
      if (this.#misses(updates, condition, write)) {
        this.#becomesSticky(location);
        break;
      }
    }
    return false;
  }

  #mustWait(what: Cell<unknown> | number, condition: Condition | null, access: Access): never {
    const thread = this.#thread;
    this.#waitingAt[thread] = this.#graph.threadLength[thread]!;
    this.#waitingFor[thread] = what;
    this.#waitingUntil[thread] = condition;
    this.#waitingAccess[thread] = access;
    throw waiting;
  }

  currentThread(): number {
    return this.#thread;
  }

  annotate(): void {
    // Only a replay keeps annotations.
  }

  createCell(initial: unknown, name: string | undefined): Cell<unknown> {
    if (this.#thread < 0) return this.registry.addCell(initial, name);
    return this.registry.cellOf(this.#thread, this.#cellsMade++, initial, name);
  }

  allocate(factory: () => unknown): unknown {
    if (this.#thread < 0) return factory();
    const cells = this.#cellsMade;
    const thread = this.#thread;
    // Cells that the factory makes are the object's, made once with it.
    this.#thread = -1;
    try {
      return this.registry.objectOf(thread, this.#objectsMade++, factory);
    } finally {
      this.#thread = thread;
      this.#cellsMade = cells;
    }
  }

  read(cell: Cell<unknown>, order: Order): unknown {
    if (this.#position < this.#recorded && !this.#inFinally) {
      const graph = this.#graph;
      const event = this.#events[this.#position]!;
      if (
        graph.kind[event] !== EventKind.read ||
        graph.location[event] !== cell.id ||
        graph.update[event] !== 0
      ) {
        throw this.#diverged(`a read of ${cell.name}`);
      }
      this.#position++;
      return graph.value[event];
    }
    if (this.#thread < 0) return this.#outside(cell);
    const graph = this.#graph;
    const event = this.#frontier(order);
    const location = cell.id;
    graph.stage(event, EventKind.read, this.#thread, location, order, 0);
    const last = graph.coherenceLast[location]!;
    if (last >= 0) {
      const length = graph.threadLength[this.#thread]!;
      const floor = this.model.floor(graph, this.#thread, length, location, Access.read, order);
      if (floor !== last) {
        const mark = this.#depth;
        for (let write = last; write !== floor;) {
          write = graph.coherencePrevious[write]!;
          this.#postpone(Alternative.read, event, write, 0, 0);
        }
        if (!this.#branch(mark, true)) throw abandoned;
      }
    }
    this.#push(event);
    graph.linkRead(event, last);
    return graph.value[event];
  }

  /** A cell's value outside of threads: the initial one during set-up, the final one in `finally`. */
  #outside(cell: Cell<unknown>): unknown {
    if (!this.#inFinally) return cell.initial;
    if (cell.id >= this.#graph.locations) return cell.initial;
    return this.#graph.valueOf(this.#graph.coherenceLast[cell.id]!);
  }

  await(cell: Cell<unknown>, condition: Condition, order: Order): unknown {
    if (this.#position < this.#recorded) {
      const graph = this.#graph;
      const event = this.#events[this.#position]!;
      if (
        graph.kind[event] !== EventKind.read ||
        graph.location[event] !== cell.id ||
        graph.condition[event] === null
      ) {
        throw this.#diverged(`a wait for ${cell.name}`);
      }
      this.#position++;
      return graph.value[event];
    }
    this.#mustBeInThread('wait');
    const event = this.#frontier(order);
    const graph = this.#graph;
    const location = cell.id;
    const sticks = this.#waitsAt(location, condition, false);
    const last = graph.coherenceLast[location]!;
    const forced = this.#forced === this.#thread;
    if (!forced && !condition(graph.valueOf(last))) this.#mustWait(cell, condition, Access.read);
    graph.stage(
      event,
      EventKind.read,
      this.#thread,
      location,
      order,
      sticks ? EventFlag.mayStick : 0,
    );
    graph.condition[event] = condition;
    const floor = this.model.floor(
      graph,
      this.#thread,
      graph.threadLength[this.#thread]!,
      location,
      Access.read,
      order,
    );
    const mark = this.#depth;
    for (let write = last; write !== floor;) {
      write = graph.coherencePrevious[write]!;
      if (condition(graph.valueOf(write))) this.#postpone(Alternative.read, event, write, 0, 0);
    }
    this.#forced = none;
    if (!this.#branch(mark, true)) throw abandoned;
    this.#push(event);
    graph.linkRead(event, last);
    const value = graph.value[event];
    if (forced && !condition(value)) throw waiting;
    return value;
  }

  write(cell: Cell<unknown>, value: unknown, order: Order): void {
    if (this.#position < this.#recorded) {
      const graph = this.#graph;
      const event = this.#events[this.#position]!;
      if (
        graph.kind[event] !== EventKind.write ||
        graph.location[event] !== cell.id ||
        (graph.value[event] !== value && typeof value !== 'object' && value === value)
      ) {
        throw this.#diverged(`a write of ${String(value)} to ${cell.name}`);
      }
      this.#position++;
      return;
    }
    this.#mustBeInThread('write');
    const graph = this.#graph;
    const event = this.#frontier(order);
    const location = cell.id;
    graph.stage(event, EventKind.write, this.#thread, location, order, 0);
    graph.value[event] = value;
    const last = graph.coherenceLast[location]!;
    const mark = this.#depth;
    if (last >= 0) {
      const length = graph.threadLength[this.#thread]!;
      const floor = this.model.floor(graph, this.#thread, length, location, Access.write, order);
      for (let after = last; after !== floor;) {
        after = graph.coherencePrevious[after]!;
        if (graph.updateOf(after) === none) this.#postpone(Alternative.write, event, after, 0, 0);
      }
    }
    this.#push(event);
    graph.linkWrite(event, last);
    if (this.#awaited.size > 0) this.#checkWaits(event);
    this.#postponeRevisits(event, event);
    if (this.#depth !== mark && !this.#branch(mark, true)) throw abandoned;
  }

  update(
    cell: Cell<unknown>,
    update: Update,
    first: unknown,
    second: unknown,
    order: Order,
    condition: Condition | null,
  ): unknown {
    if (this.#position < this.#recorded) {
      const graph = this.#graph;
      const event = this.#events[this.#position]!;
      if (
        graph.kind[event] !== EventKind.read ||
        graph.location[event] !== cell.id ||
        graph.update[event] !== update + 1
      ) {
        throw this.#diverged(`a read-modify-write of ${cell.name}`);
      }
      this.#position += (graph.flags[event]! & EventFlag.update) === 0 ? 1 : 2;
      return graph.value[event];
    }
    this.#mustBeInThread('read-modify-write');
    const graph = this.#graph;
    const event = this.#frontier(order);
    const location = cell.id;
    const thread = this.#thread;
    const length = graph.threadLength[thread]!;
    const floor = this.model.floor(graph, thread, length, location, Access.update, order);
    const sticks = condition !== null && this.#waitsAt(location, condition, true);
    const last = graph.coherenceLast[location]!;
    const forced = this.#forced === thread;
    if (condition !== null && !forced && !condition(graph.valueOf(last))) {
      this.#mustWait(cell, condition, Access.update);
    }
    graph.stage(event, EventKind.read, thread, location, order, sticks ? EventFlag.mayStick : 0);
    graph.update[event] = update + 1;
    graph.first[event] = first;
    graph.second[event] = second;
    graph.condition[event] = condition;
    const mark = this.#depth;
    // A look may see older values than the atomic access can; it must then find that it fails.
    const lowest =
      condition === null && onlyLooks(update)
        ? this.model.floor(graph, thread, length, location, Access.read, order)
        : floor;
    let atomic = last !== floor;
    for (let write = last; write !== lowest;) {
      write = graph.coherencePrevious[write]!;
      const old = graph.valueOf(write);
      if (condition === null || condition(old)) {
        const taker = graph.updateOf(write);
        if (
          (atomic && (taker === none || this.#mayOvertake(taker, write))) ||
          updatedValue(update, old, first, second) === noWrite
        ) {
          this.#postpone(Alternative.read, event, write, 0, 0);
        }
      }
      if (write === floor) atomic = false;
    }
    this.#forced = none;
    if (!this.#branch(mark, !forced || sticks)) throw abandoned;
    this.#push(event);
    graph.linkRead(event, last);
    if (!this.#finishUpdate(event, last, this.#depth)) throw abandoned;
    if (forced && !condition!(graph.value[event])) throw waiting;
    return graph.value[event];
  }

  /** Whether the update that wrote `taker` could be made to come after one of the running thread. */
  #mayOvertake(taker: number, write: number): boolean {
    const graph = this.#graph;
    const thread = graph.thread[taker]!;
    const index = graph.index[taker]! - 1;
    const read = graph.at(thread, index);
    if ((graph.flags[read]! & EventFlag.pinned) !== 0) return false;
    const before = graph.lastOf(this.#thread);
    const prefix = before === none ? graph.spawnedBy[this.#thread]! : before;
    return (
      (prefix === none || !graph.inPrefix(read, prefix)) &&
      (write < 0 || !graph.inPrefix(read, write))
    );
  }

  fence(fence: Fence): void {
    if (this.#position < this.#recorded) {
      this.#expect(EventKind.fence, fence, 'a fence');
      return;
    }
    this.#mustBeInThread('fence');
    this.#push(this.#graph.stage(this.#frontier(), EventKind.fence, this.#thread, fence, 0, 0));
  }

  choose(alternatives: number): number {
    if (!(alternatives >= 1))
      throw new ModelError(
        `choose(${String(alternatives)}): there must be at least one alternative`,
      );
    if (this.#position < this.#recorded)
      return this.#graph.value[this.#expect(EventKind.choice, alternatives, 'a choice')] as number;
    this.#mustBeInThread('choice');
    const event = this.#graph.stage(
      this.#frontier(),
      EventKind.choice,
      this.#thread,
      alternatives,
      0,
      0,
    );
    const mark = this.#depth;
    for (let value = alternatives - 1; value > 0; value--)
      this.#postpone(Alternative.choice, event, value, 0, 0);
    if (!this.#branch(mark, true)) throw abandoned;
    this.#graph.value[event] = 0;
    this.#push(event);
    return 0;
  }

  #expect(kind: EventKind, location: number, what: string): number {
    const event = this.#events[this.#position]!;
    if (this.#graph.kind[event] !== kind || this.#graph.location[event] !== location)
      throw this.#diverged(what);
    this.#position++;
    return event;
  }

  spawn(body: ThreadBody, name: string | undefined): number {
    if (this.#thread < 0)
      throw new ModelError(
        'spawn() is for threads: list the threads of the program itself in what set-up returns',
      );
    const thread = this.registry.threadOf(this.#thread, this.#threadsMade++, body, name);
    if (this.#position < this.#recorded) {
      this.#expect(EventKind.spawn, thread, `the start of ${this.registry.threads[thread]!.name}`);
      return thread;
    }
    const graph = this.#graph;
    if (thread >= graph.threadLimit) {
      this.#restartDue = true;
      throw waiting;
    }
    const event = graph.stage(this.#frontier(), EventKind.spawn, this.#thread, thread, 0, 0);
    this.#push(event);
    graph.started[thread] = 1;
    graph.spawnedBy[thread] = event;
    return thread;
  }

  join(thread: number): unknown {
    const graph = this.#graph;
    if (this.#position < this.#recorded) {
      this.#expect(EventKind.join, thread, `a wait for ${this.registry.threads[thread]!.name}`);
      return graph.value[graph.lastOf(thread)];
    }
    this.#mustBeInThread('join');
    const last = graph.lastOf(thread);
    if (last === none || graph.kind[last] !== EventKind.end)
      this.#mustWait(thread, null, Access.read);
    const event = graph.stage(this.#frontier(), EventKind.join, this.#thread, thread, 0, 0);
    this.#push(event);
    graph.joinClock(event, last);
    return graph.value[last];
  }

  assume(condition: boolean): void {
    if (!condition && !this.#inFinally) throw failedAssumption;
  }

  cover(label: string): void {
    this.covered.add(label);
  }

  #mustBeInThread(what: string): void {
    if (this.#thread < 0) {
      throw new ModelError(
        this.#inFinally
          ? `a ${what} in finally(): there cells can only be read`
          : `a ${what} during set-up: give the cell its initial value instead`,
      );
    }
  }
}
