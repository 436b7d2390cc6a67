import { differs, valueText } from './canonical.js';
import { Cell } from './cell.js';
import { ModelError } from './errors.js';
import { EventFlag, EventKind, type ExecutionGraph, none } from './graph.js';
import type { Registry } from './registry.js';
import { type Runtime, type ThreadBody, withRuntime } from './runtime.js';
import { setUp } from './set-up.js';
import type { Setup } from './program.js';
import { violationBy } from './thrown.js';
import { noWrite, type Update, updatedValue } from './update.js';
import { Violation } from './violation.js';
import { watched } from './watch.js';

// Thrown through a thread: it has to wait for another one, or an assumption failed.
const suspended = Symbol('the thread is suspended');
const assumedAway = Symbol('an assumption failed');
const unwritten = Symbol('not written yet');

/** What an execution was, and the words for it. */
export interface Recording {
  readonly graph: ExecutionGraph;
  readonly registry: Registry;
  /** What an event of the graph is, for messages. */
  readonly eventText: (event: number) => string;
}

/** How likely a thread is left before an operation, in a random order. */
const switching = 1 / 8;

/**
 * Runs the threads of an execution once more, on a program that is set up anew and in another order: the
 * last thread goes first, or a random one for a few operations, as far as reads-from, starts and joins allow.
 * Its `finally` is not run again: a program may count there what it finds.
 *
 * A thread that shares nothing but cells does the same in every such order. One that reads a variable that
 * another thread sets does not: the search, which runs the first thread first, has seen one value of it only.
 *
 * @param random numbers in [0, 1) for a random order
 * @throws {ModelError} which names the thread that does something else
 */
export function runInAnotherOrder(setup: Setup, recording: Recording, random?: () => number): void {
  new Rerun(setup, recording, random).run();
}

class Rerun implements Runtime {
  readonly tracing = false;
  readonly #bodies: ThreadBody[] = [];
  /** By event: what its write has stored in this run. */
  readonly #written: unknown[] = [];
  readonly #started: boolean[] = [];
  readonly #over: boolean[] = [];
  /** By thread: the write, the start or the end of a thread that it waits for. */
  readonly #blockedOn: number[] = [];
  readonly #cells: Cell<unknown>[][] = [];
  readonly #objects: unknown[][] = [];
  /** By thread: what it has returned. */
  readonly #results: unknown[] = [];
  /** By thread: how many operations it has performed, in all of its runs. */
  readonly #reached: number[] = [];

  // The running thread.
  #thread = -1;
  #position = 0;
  #cellsMade = 0;
  #objectsMade = 0;
  #stopped = false;
  #error: ModelError | undefined;
  /** The identity of the next cell that no thread makes by itself. */
  #nextCell = 0;

  constructor(
    private readonly setup: Setup,
    private readonly recording: Recording,
    private readonly random: (() => number) | undefined,
  ) {
    this.#written.length = recording.graph.size;
    this.#written.fill(unwritten);
  }

  run(): void {
    setUp(this, this.setup).threads.forEach(([, body], thread) => {
      this.#bodies[thread] = body;
      this.#started[thread] = true;
    });
    withRuntime(this, () => {
      for (let next = this.#next(); next !== none; next = this.#next()) this.#run(next);
    });
  }

  /** The last thread that can go on, or a random one; or `none`. */
  #next(): number {
    const ready = [...this.#bodies.keys()].filter((thread) => this.#canGoOn(thread));
    const nth = this.random === undefined ? ready.length - 1 : this.random() * ready.length;
    return ready[Math.floor(nth)] ?? none;
  }

  #canGoOn(thread: number): boolean {
    if (this.#started[thread] !== true || this.#over[thread] === true) return false;
    const on = this.#blockedOn[thread];
    return on === undefined || this.#isDone(on);
  }

  /** Leaves the running thread where another is to go on that could not before. */
  #giveWay(): void {
    if (this.random === undefined && this.#next() > this.#thread) this.#suspend();
  }

  /** Whether the event that a thread waits for, a write or the end of a thread, has taken place. */
  #isDone(event: number): boolean {
    const { graph } = this.recording;
    return graph.kind[event] === EventKind.write
      ? this.#written[event] !== unwritten
      : this.#over[graph.thread[event]!] === true;
  }

  /** Begins to run a thread, from its start. */
  #enter(thread: number): void {
    this.#thread = thread;
    this.#position = this.#cellsMade = this.#objectsMade = 0;
    this.#stopped = false;
  }

  #run(thread: number): void {
    const { graph } = this.recording;
    this.#enter(thread);
    const body = this.#bodies[thread]!;
    let kind: EventKind = EventKind.end;
    let value: unknown;
    try {
      value = watched(this.#name, body);
    } catch (thrown) {
      if (thrown === assumedAway) kind = EventKind.blocked;
      else if (!this.#stopped) {
        kind = EventKind.violation;
        value = violationBy(thrown, this.#name);
      }
    }
    this.#thread = -1;
    if (this.#error !== undefined) throw this.#error;
    if (this.#stopped && kind !== EventKind.blocked) return;
    this.#over[thread] = true;
    this.#results[thread] = value;
    this.#thread = thread;
    const event = graph.at(thread, this.#position);
    const isLast = graph.ended(thread) && this.#position === graph.threadLength[thread]! - 1;
    const isSame =
      isLast &&
      graph.kind[event] === kind &&
      (kind === EventKind.blocked || !otherEnding(graph.value[event], value));
    if (!isSame) throw this.#differs(endingText(kind, value));
    this.#thread = -1;
  }

  get #name(): string {
    return this.recording.registry.threads[this.#thread]!.name;
  }

  #differs(now: string): ModelError {
    const { graph, eventText } = this.recording;
    const before =
      this.#position < graph.threadLength[this.#thread]!
        ? eventText(graph.at(this.#thread, this.#position))
        : 'nothing';
    return new ModelError(
      `${this.#name} depends on something outside of cells that another thread changes: its operation ` +
        `${String(this.#position + 1)} was ${before} before, and is ${now} when the threads run in another order. ` +
        'Keep what threads share in a cell',
    );
  }

  // ---- the operations of the running thread -------------------------------------------------------

  /** Stops the thread at its position. */
  #suspend(): never {
    this.#stopped = true;
    throw suspended;
  }

  /** The event that was recorded for the operation that the running thread performs. */
  #recorded(is: (event: number) => boolean, now: string): number {
    if (this.#stopped) throw suspended;
    const { graph } = this.recording;
    const thread = this.#thread;
    if (this.random !== undefined && this.#position === (this.#reached[thread] ?? 0)) {
      if (this.random() < switching) this.#suspend();
      this.#reached[thread] = this.#position + 1;
    }
    if (this.#position < graph.threadLength[thread]!) {
      const event = graph.at(thread, this.#position);
      if (event === graph.stuckAt(thread)) {
        // Its wait missed what it waits for.
        this.#over[thread] = true;
        this.#suspend();
      }
      if (is(event)) {
        this.#position++;
        return event;
      }
      // A thread that was cut off has not performed what it came to.
      if (graph.kind[event] === EventKind.blocked) {
        this.#stopped = true;
        throw assumedAway;
      }
      this.#error ??= this.#differs(now);
    } else if (!graph.ended(thread)) {
      // The recorded execution ends with this thread waiting here.
      this.#over[thread] = true;
    }
    this.#suspend();
  }

  #mustComeAfter(event: number): void {
    if (this.#isDone(event)) return;
    this.#blockedOn[this.#thread] = event;
    this.#suspend();
  }

  /** What the recorded read reads: what its write has stored in this run. */
  #readFrom(event: number, cell: Cell<unknown>): unknown {
    const source = this.recording.graph.readsFrom[event]!;
    if (source < 0) return cell.initial;
    this.#mustComeAfter(source);
    return this.#written[source];
  }

  #store(event: number, value: unknown): void {
    const isFirst = this.#written[event] === unwritten;
    this.#written[event] = value;
    if (isFirst) this.#giveWay();
  }

  read(cell: Cell<unknown>): unknown {
    if (this.#thread < 0) return cell.initial;
    return this.#readFrom(this.#access(cell, EventKind.read, 0, `a read of ${cell.name}`), cell);
  }

  await(cell: Cell<unknown>): unknown {
    return this.#readFrom(this.#access(cell, EventKind.read, 0, `a wait for ${cell.name}`), cell);
  }

  #access(cell: Cell<unknown>, kind: EventKind, update: number, now: string): number {
    const { graph } = this.recording;
    return this.#recorded(
      (event) =>
        graph.kind[event] === kind &&
        graph.location[event] === cell.id &&
        (kind === EventKind.write || graph.update[event] === update),
      now,
    );
  }

  write(cell: Cell<unknown>, value: unknown): void {
    const { graph } = this.recording;
    const now = `a write of ${valueText(value)} to ${cell.name}`;
    const event = this.#recorded(
      (event) =>
        graph.kind[event] === EventKind.write &&
        graph.location[event] === cell.id &&
        !isOther(graph.value[event], value),
      now,
    );
    this.#store(event, value);
  }

  update(cell: Cell<unknown>, update: Update, first: unknown, second: unknown): unknown {
    const { graph } = this.recording;
    const now = `a read-modify-write of ${cell.name}`;
    const read = this.#access(cell, EventKind.read, update + 1, now);
    const old = this.#readFrom(read, cell);
    const value = updatedValue(update, old, first, second);
    const writes = (graph.flags[read]! & EventFlag.update) !== 0;
    if (writes !== (value !== noWrite)) {
      this.#position--;
      this.#error ??= this.#differs(now);
      this.#suspend();
    }
    if (writes) {
      const half = this.#recorded(
        (event) => graph.kind[event] === EventKind.write && !isOther(graph.value[event], value),
        `${now} that writes ${valueText(value)}`,
      );
      this.#store(half, value);
    }
    return old;
  }

  #plain(kind: EventKind, location: number, now: string): number {
    const { graph } = this.recording;
    return this.#recorded(
      (event) => graph.kind[event] === kind && graph.location[event] === location,
      now,
    );
  }

  fence(fence: number): void {
    this.#plain(EventKind.fence, fence, 'a fence');
  }

  choose(alternatives: number): number {
    return this.recording.graph.value[
      this.#plain(EventKind.choice, alternatives, 'a choice')
    ] as number;
  }

  spawn(body: ThreadBody): number {
    const { graph } = this.recording;
    const event = this.#recorded(
      (event) => graph.kind[event] === EventKind.spawn,
      'the start of a thread',
    );
    const thread = graph.location[event]!;
    this.#bodies[thread] = body;
    const isFirst = this.#started[thread] !== true;
    this.#started[thread] = true;
    if (isFirst) this.#giveWay();
    return thread;
  }

  join(thread: number): unknown {
    this.#plain(EventKind.join, thread, 'the wait for a thread');
    this.#mustComeAfter(this.recording.graph.lastOf(thread));
    return this.#results[thread];
  }

  assume(condition: boolean): void {
    if (condition) return;
    this.#stopped = true;
    throw assumedAway;
  }

  createCell(initial: unknown, name: string | undefined): Cell<unknown> {
    if (this.#thread < 0) return this.#made(this.#nextCell++, initial, name);
    const thread = this.#thread;
    const nth = this.#cellsMade++;
    const own = (this.#cells[thread] ??= []);
    return (own[nth] ??= this.#made(
      this.recording.registry.cellMade(thread, nth) ?? none,
      initial,
      name,
    ));
  }

  #made(id: number, initial: unknown, name: string | undefined): Cell<unknown> {
    return new Cell(id, name ?? this.recording.registry.cells[id]?.name ?? 'a cell', initial);
  }

  allocate(factory: () => unknown): unknown {
    if (this.#thread < 0) return factory();
    const thread = this.#thread;
    const nth = this.#objectsMade++;
    const own = (this.#objects[thread] ??= []);
    if (nth in own) return own[nth];
    this.#nextCell = this.recording.registry.firstCellOf(thread, nth) ?? none;
    this.#thread = -1;
    try {
      return (own[nth] = factory());
    } finally {
      this.#thread = thread;
    }
  }

  currentThread(): number {
    return this.#thread;
  }

  cover(): void {
    // Covered situations are the search's to count.
  }

  reach(): void {
    // The execution is known already.
  }

  annotate(): void {
    // Nobody reads a trace.
  }

  locate(): void {
    // Nobody reads a trace.
  }
}

/** Whether a value is another; an object, a function or a symbol of another set-up is taken for the one before. */
function isOther(before: unknown, now: unknown): boolean {
  return typeof now === typeof before && (typeof now === 'function' || typeof now === 'symbol')
    ? false
    : differs(before, now);
}

/** Names that a message gives may depend on the order of allocation: properties alone are compared. */
function otherEnding(before: unknown, now: unknown): boolean {
  return now instanceof Violation
    ? (before as Violation).property !== now.property
    : isOther(before, now);
}

function endingText(kind: EventKind, value: unknown): string {
  if (kind === EventKind.blocked) return 'its end by a failed assumption';
  return value instanceof Violation
    ? `its end by a violation: ${value.message}`
    : `its end, returning ${valueText(value)}`;
}
