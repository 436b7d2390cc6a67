import type { Cell } from './cell.js';
import { findDataRace } from './data-races.js';
import { ExecutionIdError, type ExecutionPlan } from './execution-id.js';
import { EventFlag, EventKind, ExecutionGraph, none } from './graph.js';
import { Access, type MemoryModel } from './memory-model.js';
import { mustBeModel } from './options.js';
import { Order, type Fence } from './order.js';
import type { Setup } from './program.js';
import { raceViolation } from './race-violation.js';
import { Registry } from './registry.js';
import { withRuntime, type Condition, type Runtime, type ThreadBody } from './runtime.js';
import { type NamedThreads, setUp } from './set-up.js';
import { violationBy } from './thrown.js';
import { noWrite, onlyLooks, Update, updatedValue } from './update.js';
import type { Violation } from './violation.js';
import { operates, watched } from './watch.js';

/** One operation of a replayed execution. */
export interface Step {
  /** The number of the step, from 0. */
  readonly step: number;
  /** Its event in the graph; of an update, the one of its read. */
  readonly event: number;
  readonly thread: number;
  readonly threadName: string;
  readonly operation: 'read' | 'write' | 'update' | 'fence' | 'choice' | 'spawn' | 'join';
  /** The cell's name; empty for what touches none. */
  readonly cell: string;
  readonly order: Order;
  /** What was read; of a write, what it replaced. */
  readonly before: unknown;
  /** What was written; the same as `before` where nothing was. */
  readonly after: unknown;
  /** Of a read that missed newer writes: the steps that made them. */
  readonly missed: readonly number[];
  /** Of a write that others do not see as the newest: how many newer ones it went under. */
  readonly under: number;
  /** What the program said of this one operation (see {@link Runtime.annotate}). */
  readonly annotation: unknown;
  /** Where in the program it was made, if the program says so (see {@link Runtime.locate}). */
  readonly place: unknown;
  /** The kind of fence, the alternative chosen, or the thread started or joined. */
  readonly detail: number;
}

/** One execution, told step by step. */
export interface Trace {
  readonly steps: readonly Step[];
  readonly threadNames: readonly string[];
  readonly violations: readonly Violation[];
  /** Threads that wait at the end, and for which cell. */
  readonly waiting: readonly { readonly thread: number; readonly for: string }[];
  readonly graph: ExecutionGraph;
}

const suspended = Symbol('the turn is over');
const waits = Symbol('the thread waits');
const assumedAway = Symbol('an assumption failed');

/**
 * Runs one execution again, as its plan says.
 *
 * Unlike the explorer it goes thread by thread as the turns say, and keeps for each step what it
 * read, what it wrote and what the program said of the place.
 *
 * @throws {ExecutionIdError} when the plan does not fit the program
 * @throws {ModelError} when the program cannot be run
 */
export function replay(setup: Setup, plan: ExecutionPlan, model: MemoryModel): Trace {
  mustBeModel(model, 'replay');
  return new Replay(setup, plan, model).run();
}

class Replay implements Runtime {
  readonly tracing = true;
  readonly #registry = new Registry();
  readonly #program: NamedThreads;
  readonly #programThreads: number;
  readonly #graph: ExecutionGraph;
  readonly #steps: Step[] = [];
  readonly #stepOf: number[] = [];
  readonly #violations: Violation[] = [];
  readonly #waiting = new Map<number, string>();
  readonly #deviations: Map<number, number>;

  #thread = -1;
  #position = 0;
  #turn = 0;
  #cellsMade = 0;
  #objectsMade = 0;
  #threadsMade = 0;
  #inFinally = false;
  #annotation: unknown = undefined;
  #place: (() => unknown) | undefined = undefined;

  constructor(
    setup: Setup,
    private readonly plan: ExecutionPlan,
    private readonly model: MemoryModel,
  ) {
    this.#deviations = new Map(plan.deviations.map(({ step, by }) => [step, by]));
    this.#program = setUp(this, setup);
    for (const [name, body] of this.#program.threads) this.#registry.addThread(body, name);
    this.#programThreads = this.#registry.threads.length;
    const limit = Math.max(this.#programThreads, ...plan.threads.map((thread) => thread + 1)) + 4;
    this.#graph = new ExecutionGraph(limit, this.#registry.initial, model.views);
    for (let t = 0; t < this.#programThreads; t++) this.#graph.started[t] = 1;
  }

  run(): Trace {
    return withRuntime(this, () => {
      const { threads } = this.plan;
      for (let at = 0; at < threads.length;) {
        const thread = threads[at]!;
        let end = at;
        while (end < threads.length && threads[end] === thread) end++;
        this.#turnOf(thread, end - at);
        at = end;
      }
      if (this.#steps.length !== threads.length) this.#misfit();
      const graph = this.#graph;
      for (let t = 0; t < this.#registry.threads.length; t++) {
        if (graph.started[t] === 1 && !graph.ended(t)) this.#turnOf(t, 0);
      }
      let ended = true;
      for (let t = 0; t < this.#programThreads; t++) ended &&= graph.ended(t);
      if (ended && this.#violations.length === 0 && this.#program.finally !== undefined)
        this.#finally();
      if (this.#violations.length === 0) {
        const race = findDataRace(graph, this.model);
        if (race !== undefined) this.#violations.push(raceViolation(graph, race, this.#registry));
      }
      return {
        steps: this.#steps,
        threadNames: this.#registry.threads.map(({ name }) => name),
        violations: this.#violations,
        waiting: [...this.#waiting].map(([thread, cell]) => ({ thread, for: cell })),
        graph,
      };
    });
  }

  #misfit(): never {
    throw new ExecutionIdError(
      `the execution does not fit the program after ${String(this.#steps.length)} steps`,
    );
  }

  #turnOf(thread: number, steps: number): void {
    const graph = this.#graph;
    const info = this.#registry.threads[thread];
    if (info === undefined || graph.started[thread] === 0 || graph.ended(thread)) this.#misfit();
    this.#thread = thread;
    this.#position = 0;
    this.#turn = this.#steps.length + steps;
    this.#cellsMade = this.#objectsMade = this.#threadsMade = 0;
    this.#annotation = undefined;
    this.#place = undefined;
    this.#waiting.delete(thread);
    let kind: EventKind = EventKind.end;
    let value: unknown;
    try {
      value = watched(info.name, info.body);
    } catch (thrown) {
      if (thrown === suspended) return;
      if (thrown === waits) {
        if (this.#steps.length < this.#turn) this.#misfit();
        return;
      }
      if (thrown instanceof ExecutionIdError) throw thrown;
      if (thrown === assumedAway) {
        kind = EventKind.blocked;
        value = thrown;
      } else {
        const violation = violationBy(thrown, info.name);
        kind = EventKind.violation;
        value = violation;
        this.#violations.push(violation);
      }
    } finally {
      this.#thread = -1;
    }
    const event = graph.stage(graph.size, kind, thread, 0, 0, 0);
    graph.value[event] = value;
    graph.push(event);
    this.model.added(graph, event);
  }

  #finally(): void {
    const results: unknown[] = [];
    for (let t = 0; t < this.#programThreads; t++)
      results.push(this.#graph.value[this.#graph.lastOf(t)]);
    this.#inFinally = true;
    try {
      watched('finally', () => this.#program.finally!(results));
    } catch (thrown) {
      this.#violations.push(violationBy(thrown, 'finally'));
    } finally {
      this.#inFinally = false;
    }
  }

  // ---- operations -----------------------------------------------------------------------------------

  currentThread(): number {
    return this.#thread;
  }

  reach(): void {
    // The execution is known already.
  }

  annotate(annotation: unknown): void {
    this.#annotation = annotation;
  }

  locate(place: () => unknown): void {
    this.#place = place;
  }

  createCell(initial: unknown, name: string | undefined): Cell<unknown> {
    if (this.#thread < 0) return this.#registry.addCell(initial, name);
    return this.#registry.cellOf(this.#thread, this.#cellsMade++, initial, name);
  }

  allocate(factory: () => unknown): unknown {
    if (this.#thread < 0) return factory();
    const thread = this.#thread;
    this.#thread = -1;
    try {
      return this.#registry.objectOf(thread, this.#objectsMade++, factory);
    } finally {
      this.#thread = thread;
    }
  }

  /** The recorded event at the thread's position, or `none` where the thread's next step is due. */
  #recorded(): number {
    const graph = this.#graph;
    if (this.#position < graph.threadLength[this.#thread]!) {
      this.#annotation = undefined;
      return graph.at(this.#thread, this.#position++);
    }
    if (this.#steps.length >= this.#turn) throw suspended;
    graph.reserve(graph.size + 2);
    graph.reserveLocations(this.#registry.cells.length);
    return none;
  }

  #tell(
    event: number,
    step: Omit<Step, 'step' | 'event' | 'thread' | 'threadName' | 'annotation' | 'place'>,
  ): void {
    operates();
    const number = this.#steps.length;
    this.#stepOf[event] = number;
    this.#steps.push({
      step: number,
      event,
      thread: this.#thread,
      threadName: this.#registry.threads[this.#thread]!.name,
      annotation: this.#annotation,
      place: this.#place?.(),
      ...step,
    });
    this.#annotation = undefined;
  }

  #source(cell: Cell<unknown>, access: Access, order: Order): number {
    const graph = this.#graph;
    let source = graph.coherenceLast[cell.id]!;
    const floor = this.model.floor(
      graph,
      this.#thread,
      graph.threadLength[this.#thread]!,
      cell.id,
      access,
      order,
    );
    for (let by = this.#deviations.get(this.#steps.length) ?? 0; by > 0; by--) {
      if (source === floor || source < 0) this.#misfit();
      source = graph.coherencePrevious[source]!;
    }
    return source;
  }

  #missed(source: number): number[] {
    const missed: number[] = [];
    for (let w = this.#graph.next(source); w !== none; w = this.#graph.coherenceNext[w]!)
      missed.push(this.#stepOf[w]!);
    return missed;
  }

  read(cell: Cell<unknown>, order: Order): unknown {
    if (this.#thread < 0) {
      if (!this.#inFinally || cell.id >= this.#graph.locations) return cell.initial;
      return this.#graph.valueOf(this.#graph.coherenceLast[cell.id]!);
    }
    return this.#addRead(cell, order, null);
  }

  await(cell: Cell<unknown>, condition: Condition, order: Order): unknown {
    return this.#addRead(cell, order, condition);
  }

  #addRead(cell: Cell<unknown>, order: Order, condition: Condition | null): unknown {
    const graph = this.#graph;
    const recorded = this.#waitable(cell);
    if (recorded !== none) return graph.value[recorded];
    const source = this.#source(cell, Access.read, order);
    if (condition !== null && !condition(graph.valueOf(source))) this.#misfit();
    const event = graph.stage(graph.size, EventKind.read, this.#thread, cell.id, order, 0);
    graph.condition[event] = condition;
    graph.push(event);
    this.#position++;
    const missed = this.#missed(source);
    graph.linkRead(event, source);
    this.model.added(graph, event);
    const value = graph.value[event];
    this.#tell(event, {
      operation: 'read',
      cell: cell.name,
      order,
      before: value,
      after: value,
      missed,
      under: 0,
      detail: 0,
    });
    return value;
  }

  /** As {@link #recorded}; notes what the thread waits for if its turn is over here. */
  #waitable(cell: Cell<unknown>): number {
    if (
      this.#position >= this.#graph.threadLength[this.#thread]! &&
      this.#steps.length >= this.#turn
    ) {
      this.#waiting.set(this.#thread, cell.name);
      throw waits;
    }
    return this.#recorded();
  }

  write(cell: Cell<unknown>, value: unknown, order: Order): void {
    if (this.#recorded() !== none) return;
    const graph = this.#graph;
    const event = graph.stage(graph.size, EventKind.write, this.#thread, cell.id, order, 0);
    graph.value[event] = value;
    const under = this.#deviations.get(this.#steps.length) ?? 0;
    const after = this.#source(cell, Access.write, order);
    const before = graph.valueOf(after);
    graph.push(event);
    this.model.added(graph, event);
    this.#position++;
    graph.linkWrite(event, after);
    this.#tell(event, {
      operation: 'write',
      cell: cell.name,
      order,
      before,
      after: value,
      missed: [],
      under,
      detail: 0,
    });
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
    const graph = this.#graph;
    const recorded = condition === null ? this.#recorded() : this.#waitable(cell);
    if (recorded !== none) {
      if ((graph.flags[recorded]! & EventFlag.update) !== 0) this.#position++;
      return graph.value[recorded];
    }
    const source = this.#source(cell, onlyLooks(update) ? Access.read : Access.update, order);
    const before = graph.valueOf(source);
    if (condition !== null && !condition(before)) this.#misfit();
    const after = updatedValue(update, before, first, second);
    const event = graph.stage(
      graph.size,
      EventKind.read,
      this.#thread,
      cell.id,
      order,
      after === noWrite ? 0 : EventFlag.update,
    );
    if (after === noWrite && update === Update.compareExchange)
      graph.flags[event] = EventFlag.locked;
    graph.update[event] = update + 1;
    graph.failureOrder[event] = failure;
    graph.condition[event] = condition;
    graph.push(event);
    const missed = this.#missed(source);
    graph.linkRead(event, source);
    this.model.added(graph, event);
    this.#position++;
    if (after !== noWrite) {
      const half = graph.stage(
        graph.size,
        EventKind.write,
        this.#thread,
        cell.id,
        order,
        EventFlag.update,
      );
      graph.value[half] = after;
      graph.push(half);
      graph.linkWrite(half, source);
      this.model.added(graph, half);
      this.#stepOf[half] = this.#steps.length;
      this.#position++;
    }
    this.#tell(event, {
      operation: after === noWrite ? 'read' : 'update',
      cell: cell.name,
      order,
      before,
      after: after === noWrite ? before : after,
      missed,
      under: 0,
      detail: 0,
    });
    return before;
  }

  #plain(kind: EventKind, location: number, operation: Step['operation'], value: unknown): number {
    const graph = this.#graph;
    const event = graph.stage(graph.size, kind, this.#thread, location, Order.relaxed, 0);
    graph.value[event] = value;
    graph.push(event);
    this.model.added(graph, event);
    this.#position++;
    const detail = typeof value === 'number' ? value : location;
    this.#tell(event, {
      operation,
      cell: '',
      order: Order.relaxed,
      before: undefined,
      after: undefined,
      missed: [],
      under: 0,
      detail,
    });
    return event;
  }

  fence(fence: Fence): void {
    if (this.#recorded() === none) this.#plain(EventKind.fence, fence, 'fence', undefined);
  }

  choose(alternatives: number): number {
    const recorded = this.#recorded();
    if (recorded !== none) return this.#graph.value[recorded] as number;
    const chosen = this.#deviations.get(this.#steps.length) ?? 0;
    if (chosen >= alternatives) this.#misfit();
    this.#plain(EventKind.choice, alternatives, 'choice', chosen);
    return chosen;
  }

  spawn(body: ThreadBody, name: string | undefined): number {
    // A start that is not due yet numbers no thread: threads are numbered in the order in which they start.
    const recorded = this.#recorded();
    const thread = this.#registry.threadOf(this.#thread, this.#threadsMade++, body, name);
    if (recorded !== none) return thread;
    if (thread >= this.#graph.threadLimit) this.#misfit();
    const event = this.#plain(EventKind.spawn, thread, 'spawn', undefined);
    this.#graph.started[thread] = 1;
    this.#graph.spawnedBy[thread] = event;
    return thread;
  }

  join(thread: number): unknown {
    const graph = this.#graph;
    const atEnd = this.#position >= graph.threadLength[this.#thread]!;
    if (atEnd && this.#steps.length >= this.#turn) {
      this.#waiting.set(this.#thread, `the end of ${this.#registry.threads[thread]!.name}`);
      throw waits;
    }
    if (this.#recorded() !== none) return graph.value[graph.lastOf(thread)];
    if (!graph.ended(thread)) {
      // The joined thread has no more operations: only its return is still due.
      const [me, position, turn] = [this.#thread, this.#position, this.#turn];
      const [annotation, place] = [this.#annotation, this.#place];
      const made = [this.#cellsMade, this.#objectsMade, this.#threadsMade] as const;
      this.#turnOf(thread, 0);
      [this.#thread, this.#position, this.#turn] = [me, position, turn];
      [this.#annotation, this.#place] = [annotation, place];
      [this.#cellsMade, this.#objectsMade, this.#threadsMade] = made;
      if (!graph.ended(thread)) this.#misfit();
    }
    const last = graph.lastOf(thread);
    const event = this.#plain(EventKind.join, thread, 'join', undefined);
    graph.joinClock(event, last);
    return graph.value[last];
  }

  assume(condition: boolean): void {
    if (!condition && !this.#inFinally) throw assumedAway;
  }

  cover(): void {
    // Covered situations are the explorer's to count.
  }
}
