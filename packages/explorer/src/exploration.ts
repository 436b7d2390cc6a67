import { differs, valueText } from './canonical.js';
import type { Cell } from './cell.js';
import { findDataRace } from './data-races.js';
import { ModelError, swallowed } from './errors.js';
import { EventFlag, EventKind, type ExecutionGraph, none } from './graph.js';
import { Access, type MemoryModel } from './memory-model.js';
import { mustBeFence, mustBeOrder, Order, type Fence } from './order.js';
import { maximumThreadLength, type Setup } from './program.js';
import { raceViolation } from './race-violation.js';
import { seededRandom } from './random.js';
import { Registry } from './registry.js';
import { type Recording, runInAnotherOrder } from './rerun.js';
import { Alternative, Search } from './search.js';
import { mustBeFunction, mustBeOrdinary, type NamedThreads, setUp } from './set-up.js';
import { withRuntime, type Condition, type Runtime, type ThreadBody } from './runtime.js';
import { isSameViolation, violationBy } from './thrown.js';
import { noWrite, onlyLooks, Update, updatedValue } from './update.js';
import { Violation } from './violation.js';
import { operates, watched } from './watch.js';
import { type Awaited, Waiting } from './waiting.js';

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

/** Called with every execution as it ends; the graph is the explorer's own and must be copied to be kept. */
export type ExecutionListener = (
  outcome: Outcome,
  graph: ExecutionGraph,
  violations: readonly Violation[],
  observations: readonly Violation[],
) => void;

export interface ExplorationOptions {
  readonly model: MemoryModel;
  readonly onExecution?: ExecutionListener;
  /** The search begins again; the executions so far are void. It happens early, if at all. */
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

/**
 * Runs the threads of a program against the search: the runtime that answers from an execution graph.
 */
export class Exploration implements Runtime {
  readonly model: MemoryModel;
  readonly registry = new Registry();
  readonly tracing = false;
  /** Situations that arose in some execution. */
  readonly covered = new Set<string>();
  /** Of the execution that has just ended. */
  readonly #observed: Violation[] = [];

  executions = 0;
  blocked = 0;
  deadlocks = 0;
  /** The thread that was cut off at the maximal length, if one was. */
  cutOff: string | undefined;
  done = false;
  /** How many operations threads performed, in all executions. */
  operations = 0;

  readonly #program: NamedThreads;
  readonly #search: Search;
  readonly #waiting = new Waiting();
  readonly #programThreads: number;
  readonly #onExecution: ExecutionListener | undefined;
  readonly #maximumThreadLength: number;
  readonly #samples: boolean;

  // The running thread.
  #thread = -1;
  #events: number[] = [];
  #position = 0;
  #recorded = 0;
  #cellsMade = 0;
  #objectsMade = 0;
  #threadsMade = 0;
  /** The index of the read by which the thread reached each object. */
  readonly #reached = new Map<object, number>();
  #inFinally = false;
  /** Whether the explorer has thrown something through the thread that is only for itself. */
  #signalled = false;
  /** Whether the thread is run again only to see whether it does the same. */
  #comparing = false;

  readonly #dataRaces: boolean;
  /** Whether the program has plain accesses: only then can it have data races. */
  #hasPlainAccesses = false;
  readonly #onRestart: (() => void) | undefined;

  constructor(
    private readonly setup: Setup,
    options: ExplorationOptions,
  ) {
    this.model = options.model;
    this.#onExecution = options.onExecution;
    this.#onRestart = options.onRestart;
    this.#maximumThreadLength = options.maximumThreadLength ?? maximumThreadLength;
    this.#samples = options.random !== undefined;
    this.#dataRaces = options.dataRaces ?? true;
    this.#program = setUp(this, setup);
    for (const [name, body] of this.#program.threads) this.registry.addThread(body, name);
    this.#programThreads = this.registry.threads.length;
    this.#search = new Search(this.model, this.#waiting, this.registry.initial, options.random);
    this.#begin();
  }

  /** The execution graph as it is now. */
  get graph(): ExecutionGraph {
    return this.#search.graph;
  }

  /** The share of the search tree below the current node. */
  get share(): number {
    return this.#search.share;
  }

  /** The share of the search tree that is done, each node's share being split evenly among its children. */
  get explored(): number {
    return this.#search.explored;
  }

  /** Starts again from the empty graph. */
  reset(): void {
    this.done = false;
    this.#begin();
  }

  #restart(): void {
    this.#waiting.restartDue = false;
    this.covered.clear();
    this.reset();
    this.#onRestart?.();
  }

  /** What a waiting thread waits for, or undefined if it is not known to wait. */
  waitsFor(thread: number): Awaited | undefined {
    return this.#waiting.whatFor(this.#search.graph, thread);
  }

  /**
   * Goes on until `pause()` says so (asked at the end of each execution) or nothing is left.
   *
   * @param pauseWithin the same, asked after each run of a thread: an execution may take long
   * @returns whether everything was explored
   * @throws {ModelError} when the program cannot be explored
   */
  advance(pause: () => boolean, pauseWithin?: () => boolean): boolean {
    return withRuntime(this, () => {
      while (!this.done) {
        if (this.#waiting.restartDue) this.#restart();
        const thread = this.#nextThread();
        if (thread !== none) {
          this.#run(thread);
          if (pauseWithin?.() === true) break;
          continue;
        }
        this.#leaf();
        if (!this.#search.backtrack()) this.done = true;
        else if (pause()) break;
      }
      return this.done;
    });
  }

  // ---- the search -------------------------------------------------------------------------------

  #begin(): void {
    this.executions = this.blocked = this.deadlocks = 0;
    this.#search.begin(
      this.#programThreads,
      this.registry.threads.length,
      this.registry.cells.length,
    );
  }

  /** The first thread that can go on, or `none`. */
  #nextThread(): number {
    if (this.#waiting.forced !== none) {
      return this.#waiting.forced;
    }
    const graph = this.#search.graph;
    const threads = this.registry.threads.length;
    for (let t = 0; t < threads; t++) {
      if (graph.started[t] === 0 || graph.ended(t) || graph.stuckAt(t) !== none) continue;
      if (this.#waiting.waits(graph, t) && !this.#waiting.isOver(graph, t)) continue;
      return t;
    }
    // Nothing can go on. A wait that may have missed its value is settled last of all.
    for (let t = 0; t < threads; t++) {
      if (graph.started[t] === 0 || graph.ended(t) || graph.stuckAt(t) !== none) continue;
      if (this.#waiting.maySettle(graph, t)) return (this.#waiting.forced = t);
    }
    return none;
  }

  #run(thread: number): void {
    this.#enter(thread);
    let kind: EventKind;
    let value: unknown;
    try {
      value = watched(this.#name, this.#bodyOf(thread));
      mustBeOrdinary(value, this.#name);
      if (this.#signalled) throw swallowed(this.#name);
      kind = EventKind.end;
    } catch (thrown) {
      if (thrown === waiting) return;
      if (thrown === abandoned) {
        if (!this.#search.backtrack()) this.done = true;
        return;
      }
      if (thrown === failedAssumption) {
        kind = EventKind.blocked;
        value = thrown;
      } else {
        if (this.#signalled && !(thrown instanceof ModelError)) throw swallowed(this.#name);
        kind = EventKind.violation;
        value = violationBy(thrown, this.#name);
      }
    }
    if (this.#position < this.#recorded) throw this.#diverged(endingText(value));
    const event = this.#search.graph.stage(this.#search.graph.size, kind, thread, 0, 0, 0);
    this.#search.graph.value[event] = value;
    this.#search.push(event);
  }

  /** What a thread does; of one that another started, as that was started in this execution: it may depend on what was read. */
  #bodyOf(thread: number): ThreadBody {
    const { spawnedBy, value } = this.#search.graph;
    const start = spawnedBy[thread]!;
    return start === none ? this.registry.threads[thread]!.body : (value[start] as ThreadBody);
  }

  /** Begins to run a thread, from its start. */
  #enter(thread: number): void {
    const graph = this.#search.graph;
    this.#thread = thread;
    this.#events = graph.threadEvents[thread]!;
    this.#position = 0;
    this.#recorded = graph.threadLength[thread]!;
    this.#cellsMade = this.#objectsMade = this.#threadsMade = 0;
    this.#signalled = false;
    this.#reached.clear();
    this.#waiting.forget(thread);
  }

  /**
   * Runs the threads of a complete execution again, the last one first, and compares all that they do. Where
   * the search has no cause to run a thread again, nothing else would tell that it is not deterministic.
   */
  #runAgain(): void {
    const graph = this.#search.graph;
    this.#comparing = true;
    for (let thread = this.registry.threads.length - 1; thread >= 0; thread--) {
      if (graph.started[thread] === 0 || !graph.ended(thread)) continue;
      this.#enter(thread);
      let ending: unknown;
      try {
        ending = watched(this.#name, this.#bodyOf(thread));
      } catch (thrown) {
        ending = thrown === failedAssumption ? thrown : violationBy(thrown, this.#name);
      }
      if (
        this.#position < this.#recorded - 1 ||
        !isSameEnding(graph.value[graph.lastOf(thread)], ending)
      )
        throw this.#diverged(endingText(ending));
    }
    // No operation is recorded for what comes after.
    this.#position = this.#recorded = 0;
    this.#comparing = false;
  }

  /** @param now what the running thread does at its position, where it did something else before */
  #diverged(now: string): ModelError {
    return new ModelError(
      `${this.#name} is not deterministic: its operation ${String(this.#position + 1)} ` +
        `was ${this.#eventText(this.#events[this.#position]!)} before, and is ${now} now. Everything that changes must live in a cell`,
    );
  }

  #eventText(event: number): string {
    const { kind, location, update, value } = this.#search.graph;
    const cell = (): string => this.registry.cells[location[event]!]!.name;
    switch (kind[event]) {
      case EventKind.read:
        return `a ${update[event] === 0 ? 'read' : 'read-modify-write'} of ${cell()}`;
      case EventKind.write:
        return `a write of ${valueText(value[event])} to ${cell()}`;
      case EventKind.fence:
        return 'a fence';
      case EventKind.choice:
        return 'a choice';
      case EventKind.spawn:
      case EventKind.join:
        return 'the start of a thread, or the wait for one';
      default:
        return endingText(value[event]);
    }
  }

  /** The name of the running thread. */
  get #name(): string {
    return this.registry.threads[this.#thread]!.name;
  }

  #leaf(): void {
    const graph = this.#search.graph;
    let ended = true;
    let assumed = true;
    let possible = true;
    const violations: Violation[] = [];
    for (let t = 0; t < this.registry.threads.length; t++) {
      if (graph.started[t] === 0) continue;
      if (!graph.ended(t)) {
        ended = false;
        // A thread never goes on only where it missed the last value of all.
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
      this.#observed.length = 0;
      if (this.#program.finally !== undefined) this.#finally(violations);
      this.executions++;
    }
    if (outcome === Outcome.complete && !this.#samples) this.#compare();
    this.#onExecution?.(outcome, graph, violations, this.#observed);
    if (!ended) this.#forceWaiting();
    else this.#search.explored += this.#search.share;
  }

  /**
   * Compares a complete execution with what the program does when its threads run in other orders: the first
   * execution, ever fewer of the others, and the last. Each order costs a set-up and some runs of threads.
   */
  #compare(): void {
    const isLast = this.#search.depth === 0;
    if (!isLast && !isPowerOfTwo(this.executions)) return;
    this.#runAgain();
    const recording: Recording = {
      graph: this.#search.graph,
      registry: this.registry,
      eventText: (event) => this.#eventText(event),
    };
    runInAnotherOrder(this.setup, recording);
    if (isLast) runInAnotherOrder(this.setup, recording, seededRandom(this.executions));
  }

  #checkRaces(violations: Violation[]): void {
    const race = findDataRace(this.#search.graph, this.model);
    if (race !== undefined) violations.push(raceViolation(this.#search.graph, race, this.registry));
  }

  /** When nothing can go on, each thread that waits for a lock may have come before one that took it. */
  #forceWaiting(): void {
    const { graph, depth: mark } = this.#search;
    for (let t = 0; t < this.registry.threads.length; t++) {
      if (graph.started[t] === 1 && !graph.ended(t) && this.#waiting.waitsForLock(graph, t)) {
        this.#search.postpone(Alternative.force, t, graph.size, 0, 0);
      }
    }
    this.#search.branch(mark, false);
  }

  #finally(violations: Violation[]): void {
    const graph = this.#search.graph;
    const results: unknown[] = [];
    for (let t = 0; t < this.#programThreads; t++) results.push(graph.value[graph.lastOf(t)]);
    this.#inFinally = true;
    this.#thread = -1;
    try {
      const atEnd = watched('finally', () => this.#program.finally!(results));
      mustBeOrdinary(atEnd, 'finally');
    } catch (thrown) {
      violations.push(violationBy(thrown, 'finally'));
    } finally {
      this.#inFinally = false;
    }
  }

  // ---- the operations of the running thread ---------------------------------------------------------

  /** Where the running thread's next event goes; the thread may not grow without end. */
  #frontier(order: Order = Order.relaxed): number {
    const graph = this.#search.graph;
    if (this.#signalled) throw swallowed(this.#name);
    mustBeOrder(order);
    if (order === Order.plain) this.#hasPlainAccesses = this.#dataRaces;
    if (graph.threadLength[this.#thread]! >= this.#maximumThreadLength) {
      this.cutOff = this.registry.threads[this.#thread]!.name;
      this.#signal(failedAssumption);
    }
    this.operations++;
    operates();
    graph.reserve(graph.size + 2);
    if (graph.locations < this.registry.cells.length)
      graph.reserveLocations(this.registry.cells.length);
    return graph.size;
  }

  /** Ends the run of the thread by what nobody but the explorer may catch. */
  #signal(what: symbol): never {
    this.#signalled = true;
    throw what;
  }

  #mustWait(what: Awaited, condition: Condition | null, access: Access): never {
    this.#waiting.note(this.#search.graph, this.#thread, what, condition, access);
    this.#signal(waiting);
  }

  currentThread(): number {
    return this.#thread;
  }

  reach(object: object, isPointer: (value: unknown) => boolean): void {
    if (this.model.addresses !== true || this.#thread < 0) return;
    const graph = this.#search.graph;
    const length =
      this.#position < this.#recorded ? this.#position : graph.threadLength[this.#thread]!;
    for (let index = length - 1; index >= 0; index--) {
      const event = graph.at(this.#thread, index);
      if (graph.kind[event] === EventKind.read && isPointer(graph.value[event])) {
        this.#reached.set(object, index);
        return;
      }
    }
    this.#reached.delete(object);
  }

  /** Stages an access at the frontier of the running thread, its address dependency included. */
  #stageAccess(
    event: number,
    kind: EventKind,
    cell: Cell<unknown>,
    order: Order,
    flags: number,
  ): void {
    const graph = this.#search.graph;
    const all = cell.isSpinLock ? flags | EventFlag.spinLock : flags;
    graph.stage(event, kind, this.#thread, cell.id, order, all);
    if (this.#reached.size > 0)
      graph.address[event] = this.#reached.get(cell.object ?? cell) ?? none;
  }

  annotate(): void {
    // Only a replay keeps annotations.
  }

  locate(): void {
    // Only a replay tells of places.
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
      const graph = this.#search.graph;
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
    const graph = this.#search.graph;
    const event = this.#frontier(order);
    const location = cell.id;
    this.#stageAccess(event, EventKind.read, cell, order, 0);
    const last = graph.coherenceLast[location]!;
    if (last >= 0) {
      const length = graph.threadLength[this.#thread]!;
      const floor = this.model.floor(graph, this.#thread, length, location, Access.read, order);
      if (floor !== last) {
        const mark = this.#search.depth;
        for (let write = last; write !== floor;) {
          write = graph.coherencePrevious[write]!;
          this.#search.postpone(Alternative.read, event, write, 0, 0);
        }
        if (!this.#search.branch(mark, true)) this.#signal(abandoned);
      }
    }
    this.#search.pushRead(event, last);
    return graph.value[event];
  }

  /** A cell's value outside of threads: the initial one during set-up, the final one in `finally`. */
  #outside(cell: Cell<unknown>): unknown {
    if (!this.#inFinally) return cell.initial;
    if (cell.id >= this.#search.graph.locations) return cell.initial;
    return this.#search.graph.valueOf(this.#search.graph.coherenceLast[cell.id]!);
  }

  await(cell: Cell<unknown>, condition: Condition, order: Order): unknown {
    if (this.#position < this.#recorded) {
      const graph = this.#search.graph;
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
    const graph = this.#search.graph;
    const location = cell.id;
    const sticks = this.#waiting.begins(graph, location, condition, false);
    const last = graph.coherenceLast[location]!;
    const forced = this.#waiting.forced === this.#thread;
    if (!forced && !condition(graph.valueOf(last))) this.#mustWait(cell, condition, Access.read);
    this.#stageAccess(event, EventKind.read, cell, order, sticks ? EventFlag.mayStick : 0);
    graph.condition[event] = condition;
    const floor = this.model.floor(
      graph,
      this.#thread,
      graph.threadLength[this.#thread]!,
      location,
      Access.read,
      order,
    );
    const mark = this.#search.depth;
    for (let write = last; write !== floor;) {
      write = graph.coherencePrevious[write]!;
      if (condition(graph.valueOf(write)))
        this.#search.postpone(Alternative.read, event, write, 0, 0);
    }
    this.#waiting.forced = none;
    if (!this.#search.branch(mark, true)) this.#signal(abandoned);
    this.#search.pushRead(event, last);
    const value = graph.value[event];
    if (forced && !condition(value)) this.#signal(waiting);
    return value;
  }

  write(cell: Cell<unknown>, value: unknown, order: Order): void {
    if (this.#position < this.#recorded) {
      const graph = this.#search.graph;
      const event = this.#events[this.#position]!;
      if (
        graph.kind[event] !== EventKind.write ||
        graph.location[event] !== cell.id ||
        differs(graph.value[event], value)
      ) {
        throw this.#diverged(`a write of ${valueText(value)} to ${cell.name}`);
      }
      this.#position++;
      return;
    }
    this.#mustBeInThread('write');
    const graph = this.#search.graph;
    const event = this.#frontier(order);
    const location = cell.id;
    this.#stageAccess(event, EventKind.write, cell, order, 0);
    graph.value[event] = value;
    const last = graph.coherenceLast[location]!;
    const mark = this.#search.depth;
    if (last >= 0) {
      const length = graph.threadLength[this.#thread]!;
      const floor = this.model.floor(graph, this.#thread, length, location, Access.write, order);
      for (let after = last; after !== floor;) {
        after = graph.coherencePrevious[after]!;
        if (graph.updateOf(after) === none)
          this.#search.postpone(Alternative.write, event, after, 0, 0);
      }
    }
    this.#search.push(event);
    graph.linkWrite(event, last);
    this.#waiting.check(graph, event);
    this.#search.postponeRevisits(event, event);
    if (this.#search.depth !== mark && !this.#search.branch(mark, true)) this.#signal(abandoned);
  }

  update(
    cell: Cell<unknown>,
    update: Update,
    first: unknown,
    second: unknown,
    order: Order,
    condition: Condition | null,
    failure: Order = Order.relaxed,
  ): unknown {
    if (this.#position < this.#recorded) {
      const graph = this.#search.graph;
      const event = this.#events[this.#position]!;
      if (
        graph.kind[event] !== EventKind.read ||
        graph.location[event] !== cell.id ||
        graph.update[event] !== update + 1 ||
        (this.#comparing &&
          update !== Update.apply &&
          (differs(graph.first[event], first) || differs(graph.second[event], second)))
      ) {
        throw this.#diverged(`a read-modify-write of ${cell.name}`);
      }
      this.#position += (graph.flags[event]! & EventFlag.update) === 0 ? 1 : 2;
      return graph.value[event];
    }
    this.#mustBeInThread('read-modify-write');
    const graph = this.#search.graph;
    const event = this.#frontier(order);
    const location = cell.id;
    const thread = this.#thread;
    const length = graph.threadLength[thread]!;
    const floor = this.model.floor(graph, thread, length, location, Access.update, order);
    const sticks = condition !== null && this.#waiting.begins(graph, location, condition, true);
    const last = graph.coherenceLast[location]!;
    const forced = this.#waiting.forced === thread;
    if (condition !== null && !forced && !condition(graph.valueOf(last))) {
      this.#mustWait(cell, condition, Access.update);
    }
    this.#stageAccess(event, EventKind.read, cell, order, sticks ? EventFlag.mayStick : 0);
    graph.update[event] = update + 1;
    graph.failureOrder[event] = failure;
    graph.first[event] = first;
    graph.second[event] = second;
    graph.condition[event] = condition;
    const mark = this.#search.depth;
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
          this.#search.postpone(Alternative.read, event, write, 0, 0);
        }
      }
      if (write === floor) atomic = false;
    }
    this.#waiting.forced = none;
    if (!this.#search.branch(mark, !forced || sticks)) this.#signal(abandoned);
    this.#search.pushRead(event, last);
    if (!this.#search.finishUpdate(event, last, this.#search.depth)) this.#signal(abandoned);
    if (forced && !condition!(graph.value[event])) this.#signal(waiting);
    return graph.value[event];
  }

  /** Whether the update that wrote `taker` could be made to come after one of the running thread. */
  #mayOvertake(taker: number, write: number): boolean {
    const graph = this.#search.graph;
    const read = graph.readOf(taker);
    const last = graph.lastOf(this.#thread);
    const prefix = last === none ? graph.spawnedBy[this.#thread]! : last;
    const stays = (event: number): boolean =>
      (prefix !== none && graph.inPrefix(event, prefix)) ||
      (write >= 0 && graph.inPrefix(event, write));
    if (stays(read)) return false;
    // A revisit of the read deletes what was added after it, and no revisitor.
    for (let event = read + 1; event < graph.size; event++) {
      if ((graph.flags[event]! & EventFlag.revisitor) !== 0 && !stays(event)) return false;
    }
    return true;
  }

  fence(fence: Fence): void {
    if (this.#position < this.#recorded) {
      this.#expect(EventKind.fence, fence, 'a fence');
      return;
    }
    this.#mustBeInThread('fence');
    mustBeFence(fence);
    this.#search.push(
      this.#search.graph.stage(this.#frontier(), EventKind.fence, this.#thread, fence, 0, 0),
    );
  }

  choose(alternatives: number): number {
    if (this.#position < this.#recorded)
      return this.#search.graph.value[
        this.#expect(EventKind.choice, alternatives, 'a choice')
      ] as number;
    this.#mustBeInThread('choice');
    const event = this.#search.graph.stage(
      this.#frontier(),
      EventKind.choice,
      this.#thread,
      alternatives,
      0,
      0,
    );
    const mark = this.#search.depth;
    for (let value = alternatives - 1; value > 0; value--)
      this.#search.postpone(Alternative.choice, event, value, 0, 0);
    if (!this.#search.branch(mark, true)) this.#signal(abandoned);
    this.#search.graph.value[event] = 0;
    this.#search.push(event);
    return 0;
  }

  #expect(kind: EventKind, location: number, what: string): number {
    const event = this.#events[this.#position]!;
    if (this.#search.graph.kind[event] !== kind || this.#search.graph.location[event] !== location)
      throw this.#diverged(what);
    this.#position++;
    return event;
  }

  spawn(body: ThreadBody, name: string | undefined): number {
    if (this.#thread < 0)
      throw new ModelError(
        'spawn() is for threads: list the threads of the program itself in what set-up returns',
      );
    mustBeFunction(body, name ?? 'what spawn() is to start');
    const thread = this.registry.threadOf(this.#thread, this.#threadsMade++, body, name);
    if (this.#position < this.#recorded) {
      const what = `the start of ${this.registry.threads[thread]!.name}`;
      this.#search.graph.value[this.#expect(EventKind.spawn, thread, what)] = body;
      return thread;
    }
    const graph = this.#search.graph;
    if (thread >= graph.threadLimit) {
      this.#waiting.restartDue = true;
      this.#signal(waiting);
    }
    const event = graph.stage(this.#frontier(), EventKind.spawn, this.#thread, thread, 0, 0);
    graph.value[event] = body;
    this.#search.push(event);
    graph.started[thread] = 1;
    graph.spawnedBy[thread] = event;
    return thread;
  }

  join(thread: number): unknown {
    const graph = this.#search.graph;
    if (this.#position < this.#recorded) {
      this.#expect(EventKind.join, thread, `a wait for ${this.registry.threads[thread]!.name}`);
      return graph.value[graph.lastOf(thread)];
    }
    this.#mustBeInThread('join');
    const last = graph.lastOf(thread);
    if (last === none || graph.kind[last] !== EventKind.end)
      this.#mustWait(thread, null, Access.read);
    const event = graph.stage(this.#frontier(), EventKind.join, this.#thread, thread, 0, 0);
    this.#search.push(event);
    graph.joinClock(event, last);
    return graph.value[last];
  }

  assume(condition: boolean): void {
    if (!condition && !this.#inFinally) this.#signal(failedAssumption);
  }

  cover(label: string): void {
    this.covered.add(label);
  }

  observe(property: string, message: string): void {
    if (!this.#inFinally) throw new ModelError('observe() is for finally()');
    this.#observed.push(new Violation(property, message));
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

/** Whether a thread ended as before; of what it returns, functions are taken for one another, too. */
function isSameEnding(before: unknown, now: unknown): boolean {
  return now instanceof Violation
    ? before instanceof Violation && isSameViolation(before, now)
    : typeof now === 'function' || !differs(before, now);
}

/** The end of a thread: by what it returned, or by what was thrown through it. */
function endingText(ending: unknown): string {
  if (ending === failedAssumption) return 'its end by a failed assumption';
  return ending instanceof Violation
    ? `its end by a violation: ${ending.message}`
    : `its end, returning ${valueText(ending)}`;
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
