import { differs, valueText } from '../canonical.js';
import type { Cell } from '../cell.js';
import { ModelError, swallowed } from '../errors.js';
import { Fence, mustBeFence, mustBeOrder, Order } from '../order.js';
import { maximumThreadLength, type Setup } from '../program.js';
import { Registry } from '../registry.js';
import { withRuntime, type Condition, type Runtime, type ThreadBody } from '../runtime.js';
import { mustBeFunction, mustBeOrdinary, type NamedThreads, setUp } from '../set-up.js';
import { violationBy } from '../thrown.js';
import { noWrite, Update, updatedValue } from '../update.js';
import type { Violation } from '../violation.js';
import { operates, watched } from '../watch.js';
import { Histories } from './histories.js';
import { Memory, writeName, type MemoryKind, type MemorySnapshot, type Write } from './memory.js';
import { signature, signatureText, type Operation } from './operation.js';
import type { Action, Schedule } from './schedule.js';

/** Where a thread stands. */
interface Thread {
  readonly body: ThreadBody;
  /** What it asked for and what it was told, one entry per operation; only `length` of them count. */
  readonly asked: number[];
  readonly answers: unknown[];
  length: number;
  /** The number of its events; a read-modify-write that succeeded is two. */
  events: number;
  /** Its events as a number of {@link Histories}. */
  history: number;
  /** What it is about to do; null when it has ended. */
  pending: Operation | null;
  /** How it ended: returned, violated a property, or failed an assumption. */
  end: 'returned' | 'violated' | 'assumption failed' | null;
  result: unknown;
  violation: Violation | null;
}

/** A state of the machine, to come back to. */
export interface Snapshot {
  readonly threads: readonly (Thread | undefined)[];
  readonly coherence: readonly number[];
  readonly memory: MemorySnapshot;
  readonly violations: number;
}

/**
 * Asked before each operation of a running thread, while the machine is in the state before it.
 *
 * @returns {@link stop}, or which alternative to take of a nondeterministic choice and any other number
 *   for any other operation
 */
export type Decide = () => number;

/** The answer of a {@link Decide} that ends the run of the thread. */
export const stop = -1;

/** Thrown through a thread that is to go on later; preallocated, since it is thrown so often. */
const suspension = Object.freeze({ suspended: true });
const failedAssumption = Object.freeze({ assumed: false });
const never: Decide = () => stop;
const noHistory = 0;

/**
 * Runs the threads of a program one step at a time against a memory, sequentially consistent or with
 * store buffers.
 *
 * A thread is an ordinary function and cannot be left half-way. To take a step of a thread the machine
 * runs it again from its start, with the answers that it got before; at the first operation that has no
 * answer yet it performs as many as it is told to, and then throws a private signal through the thread.
 */
export class InterleavingMachine implements Runtime {
  readonly tracing = false;
  /** What `cover` was told, in all runs of this machine. */
  readonly covered = new Set<string>();
  /** Whether a thread performed an operation, in any run of this machine. */
  acted = false;
  /** The thread that was cut off at {@link maximumThreadLength}, if one was. */
  cutOff: string | undefined;
  /** The violations of the current run, in the order in which they happened. */
  readonly violations: Violation[] = [];

  readonly #program: NamedThreads;
  readonly #histories: Histories | null;
  readonly #memory: Memory;
  readonly #registry = new Registry();
  readonly #programThreads: number;
  readonly #start: Snapshot;

  /** By number; one that no one has started in this run is missing. */
  #threads: (Thread | undefined)[] = [];
  /** Per cell, the writes that reached memory, as a number of {@link Histories}. */
  #coherence: number[] = [];
  #phase: 'set-up' | 'threads' | 'finally' = 'set-up';
  #running = -1;
  #position = 0;
  #suspended = false;
  #decide: Decide = never;
  #decideThrew: { readonly thrown: unknown } | undefined;
  #cellsMade = 0;
  #threadsMade = 0;
  #objectsMade = 0;

  /**
   * @param record whether {@link state} and {@link text} will be asked for; a run without them is faster
   */
  constructor(setup: Setup, memory: MemoryKind, record = true) {
    this.#histories = record ? new Histories() : null;
    this.#memory = new Memory(memory, (write) => {
      this.#record(write);
    });
    this.#program = setUp(this, setup);
    for (const [name, body] of this.#program.threads) {
      this.#startThread(this.#registry.addThread(body, name), body);
    }
    this.#programThreads = this.threadCount;
    this.#phase = 'threads';
    for (let thread = 0; thread < this.#programThreads; thread++) this.run(thread, never);
    this.#start = this.snapshot();
  }

  /** How many threads there are, those included that no one has started in this run. */
  get threadCount(): number {
    return this.#registry.threads.length;
  }

  /** The name of a thread. */
  threadName(thread: number): string {
    return this.#registry.threads[thread]!.name;
  }

  /** Whether `thread` can take a step now: it has not ended and waits for nothing. */
  canStep(thread: number): boolean {
    const pending = this.#threads[thread]?.pending ?? null;
    return pending !== null && this.#enabled(thread, pending);
  }

  /** Whether the store buffer of `thread` holds a write. */
  canDrain(thread: number): boolean {
    return this.#memory.buffered(thread) > 0;
  }

  /** The number of alternatives if the next step of `thread` is a nondeterministic choice, else 0. */
  alternatives(thread: number): number {
    const pending = this.#threads[thread]?.pending;
    return pending?.kind === 'choose' ? pending.alternatives : 0;
  }

  /** Every action that is possible now: the steps of the threads, then the drains of their buffers. */
  actions(): Action[] {
    const actions: Action[] = [];
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (!this.canStep(thread)) continue;
      const alternatives = this.alternatives(thread);
      if (alternatives === 0) actions.push({ kind: 'step', thread, alternative: -1 });
      for (let alternative = 0; alternative < alternatives; alternative++) {
        actions.push({ kind: 'step', thread, alternative });
      }
    }
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.canDrain(thread)) actions.push({ kind: 'drain', thread });
    }
    return actions;
  }

  perform(action: Action): void {
    if (action.kind === 'drain') {
      this.#memory.drainOne(action.thread);
      return;
    }
    let steps = 0;
    this.run(action.thread, () => (steps++ === 0 ? Math.max(action.alternative, 0) : stop));
    if (steps === 0) throw new Error(`thread ${String(action.thread)} cannot take a step here`);
  }

  /** Performs a schedule from the current state on. */
  follow(schedule: Schedule): void {
    for (const segment of schedule) {
      if (segment.kind === 'drain') {
        for (let write = 0; write < segment.writes; write++) this.#memory.drainOne(segment.thread);
        continue;
      }
      const choices = segment.choices?.values();
      let steps = 0;
      this.run(segment.thread, () => {
        if (steps === segment.steps) return stop;
        steps++;
        return this.alternatives(segment.thread) > 0 ? (choices?.next().value ?? 0) : 0;
      });
      if (steps < segment.steps)
        throw new Error(`thread ${String(segment.thread)} cannot take that step`);
    }
  }

  /**
   * How the run ended, once no action is possible: an execution of the program (every thread returned,
   * or some thread violated a property), one that an assumption excludes, or a deadlock.
   */
  outcome(): 'execution' | 'excluded' | 'deadlock' {
    if (this.violations.length > 0) return 'execution';
    const ends = this.#threads.map((thread) => thread?.end);
    if (ends.includes('assumption failed')) return 'excluded';
    return ends.includes(null) ? 'deadlock' : 'execution';
  }

  /** Runs the program's `finally`, once a run is an execution in which no thread violated anything. */
  finish(): Violation | null {
    if (this.#program.finally === undefined || this.violations.length > 0) return null;
    const results = this.#threads.slice(0, this.#programThreads).map((thread) => thread?.result);
    this.#phase = 'finally';
    try {
      mustBeOrdinary(
        withRuntime(this, () => watched('finally', () => this.#program.finally?.(results))),
        'finally',
      );
      return null;
    } catch (thrown) {
      return violationBy(thrown, 'finally');
    } finally {
      this.#phase = 'threads';
    }
  }

  /**
   * The current state: equal texts have equal futures, and equal pasts as execution graphs.
   *
   * What a buffer holds needs no place in it: these are the writes of a thread that are not in coherence.
   */
  state(): string {
    let state = '';
    for (const thread of this.#threads) state += `${String(thread?.history ?? -1)},`;
    state += ';';
    for (const coherence of this.#coherence) state += `${String(coherence)},`;
    return state;
  }

  /** The canonical text of the execution graph so far. */
  text(): string {
    const histories = this.#histories;
    if (histories === null) throw new Error('this machine was made to record nothing');
    const parts: string[] = [];
    this.#threads.forEach((thread, number) => {
      if (thread === undefined) return;
      const events = histories.events(thread.history).join(';');
      const violation = thread.violation === null ? '' : `!${thread.violation.property}`;
      parts.push(`T${String(number)}[${events}${violation}]`);
    });
    this.#coherence.forEach((coherence, cell) => {
      if (coherence !== noHistory)
        parts.push(`${String(cell)}:${histories.events(coherence).join('<')}`);
    });
    return parts.join(' ');
  }

  /** The current state; it may be restored for as long as the machine is in a state that follows it. */
  snapshot(): Snapshot {
    return {
      threads: this.#threads.map((thread) => thread && { ...thread }),
      coherence: this.#coherence.slice(),
      memory: this.#memory.snapshot(),
      violations: this.violations.length,
    };
  }

  restore(snapshot: Snapshot): void {
    this.#threads = snapshot.threads.map((thread) => thread && { ...thread });
    this.#coherence = snapshot.coherence.slice();
    while (this.#coherence.length < this.#registry.cells.length) this.#coherence.push(noHistory);
    this.#memory.restore(snapshot.memory);
    this.violations.length = snapshot.violations;
  }

  /** Back to the state in which no thread has taken a step. */
  reset(): void {
    this.restore(this.#start);
  }

  /**
   * Lets `thread` take steps for as long as `decide` wants and it can: until it ends or has to wait.
   *
   * `decide` is not asked when the next operation has to wait.
   */
  run(thread: number, decide: Decide): void {
    const state = this.#threads[thread];
    if (state === undefined) throw new Error(`thread ${String(thread)} has not been started`);
    this.#running = thread;
    this.#decide = decide;
    this.#position = 0;
    this.#suspended = false;
    this.#cellsMade = 0;
    this.#threadsMade = 0;
    this.#objectsMade = 0;
    try {
      state.result = withRuntime(this, () => watched(this.threadName(thread), state.body));
      if (this.#isSuspended()) throw swallowed(this.threadName(this.#running));
      mustBeOrdinary(state.result, this.threadName(thread));
      if (this.#position < state.length) throw this.#changed(state, 'it returns');
      state.end = 'returned';
      state.pending = null;
    } catch (thrown) {
      this.#rethrow();
      if (thrown === suspension) return;
      if (thrown === failedAssumption) {
        state.end = 'assumption failed';
      } else if (this.#isSuspended() && !(thrown instanceof ModelError)) {
        throw swallowed(this.threadName(thread));
      } else {
        const violation = violationBy(thrown, this.threadName(thread));
        state.end = 'violated';
        state.violation = violation;
        this.violations.push(violation);
      }
      state.pending = null;
    } finally {
      this.#running = -1;
    }
  }

  /** Throws on what {@link Decide} threw inside of the run of a thread. */
  #rethrow(): void {
    const threw = this.#decideThrew;
    if (threw === undefined) return;
    this.#decideThrew = undefined;
    throw threw.thrown;
  }

  // What the program asks for.

  createCell(initial: unknown, name: string | undefined): Cell<unknown> {
    const cell =
      this.#running < 0
        ? this.#registry.addCell(initial, name)
        : this.#registry.cellOf(this.#running, this.#cellsMade++, initial, name);
    if (cell.id === this.#coherence.length) {
      this.#memory.addCell(initial);
      this.#coherence.push(noHistory);
    }
    return cell;
  }

  allocate(factory: () => unknown): unknown {
    const thread = this.#running;
    if (thread < 0) return factory();
    // The cells that the factory makes belong to the object and are made once with it.
    this.#running = -1;
    try {
      return this.#registry.objectOf(thread, this.#objectsMade++, factory);
    } finally {
      this.#running = thread;
    }
  }

  read(cell: Cell<unknown>, order: Order): unknown {
    mustBeOrder(order);
    if (this.#phase === 'finally') return this.#memory.value(cell.id);
    if (this.#phase === 'set-up') return cell.initial;
    if (this.#replays(signature('read', cell.id))) return this.#answer();
    return this.#ask(signature('read', cell.id), { kind: 'read', cell, condition: null });
  }

  write(cell: Cell<unknown>, value: unknown, order: Order): void {
    mustBeOrder(order);
    const asked = signature('write', cell.id);
    if (!this.#replays(asked)) {
      this.#ask(asked, { kind: 'write', cell, value, order });
      return;
    }
    const thread = this.#threads[this.#running]!;
    const before = thread.answers[this.#position];
    if (differs(before, value))
      throw this.#changed(thread, `it writes ${valueText(value)} and not ${valueText(before)}`);
    this.#position++;
  }

  update(
    cell: Cell<unknown>,
    update: Update,
    first: unknown,
    second: unknown,
    order: Order,
    condition: Condition | null,
  ): unknown {
    mustBeOrder(order);
    const asked = signature('update', cell.id);
    if (this.#replays(asked)) return this.#answer();
    return this.#ask(asked, { kind: 'update', cell, update, first, second, condition });
  }

  await(cell: Cell<unknown>, condition: Condition, order: Order): unknown {
    mustBeOrder(order);
    if (this.#replays(signature('read', cell.id))) return this.#answer();
    return this.#ask(signature('read', cell.id), { kind: 'read', cell, condition });
  }

  fence(fence: Fence): void {
    mustBeFence(fence);
    if (this.#replays(signature('fence', fence))) this.#answer();
    else this.#ask(signature('fence', fence), { kind: 'fence', fence });
  }

  choose(alternatives: number): number {
    if (this.#replays(signature('choose', alternatives))) return this.#answer() as number;
    return this.#ask(signature('choose', alternatives), { kind: 'choose', alternatives }) as number;
  }

  spawn(body: ThreadBody, name: string | undefined): number {
    mustBeFunction(body, name ?? 'what spawn() is to start');
    const thread = this.#registry.threadOf(this.#running, this.#threadsMade++, body, name);
    if (this.#replays(signature('spawn', thread))) return this.#answer() as number;
    return this.#ask(signature('spawn', thread), { kind: 'spawn', thread, body }) as number;
  }

  join(thread: number): unknown {
    if (this.#replays(signature('join', thread))) return this.#answer();
    return this.#ask(signature('join', thread), { kind: 'join', thread });
  }

  assume(condition: boolean): void {
    if (condition || this.#phase === 'finally') return;
    this.#suspended = true;
    throw failedAssumption;
  }

  cover(label: string): void {
    this.covered.add(label);
  }

  currentThread(): number {
    return this.#running;
  }

  reach(): void {
    // Neither of its memory models orders by addresses more than by program order.
  }

  annotate(): void {
    // Annotations belong to traces, and this runtime makes none.
  }

  locate(): void {
    // Places belong to traces, too.
  }

  // How a thread is run again.

  /** Whether the operation that the running thread asks for has its answer already. */
  #replays(asked: number): boolean {
    if (this.#running < 0)
      throw new ModelError(`${signatureText(asked)}: not possible in ${this.#phase}`);
    if (this.#suspended) throw swallowed(this.threadName(this.#running));
    const thread = this.#threads[this.#running]!;
    if (this.#position >= thread.length) return false;
    if (thread.asked[this.#position] !== asked) throw this.#changed(thread, signatureText(asked));
    return true;
  }

  #answer(): unknown {
    return this.#threads[this.#running]!.answers[this.#position++];
  }

  /** An operation without an answer: it is performed, or the thread stops in front of it. */
  #ask(asked: number, operation: Operation): unknown {
    const number = this.#running;
    const thread = this.#threads[number]!;
    if (thread.length >= maximumThreadLength) {
      this.cutOff = this.threadName(number);
      this.assume(false);
    }
    thread.pending = operation;
    if (!this.#enabled(number, operation)) this.#suspend();
    let decision: number;
    try {
      decision = this.#decide();
    } catch (thrown) {
      // The program must not see what is none of its own.
      this.#decideThrew = { thrown };
      this.#suspend();
    }
    if (decision === stop) this.#suspend();
    this.acted = true;
    operates();
    const answer = this.#perform(number, thread, operation, decision);
    // The thread is between two operations: until the next one stops it, it can do anything.
    thread.asked[thread.length] = asked;
    thread.answers[thread.length] = answer;
    this.#position = ++thread.length;
    return answer;
  }

  #suspend(): never {
    this.#suspended = true;
    throw suspension;
  }

  #isSuspended(): boolean {
    return this.#suspended;
  }

  #startThread(thread: number, body: ThreadBody): void {
    this.#threads[thread] = {
      body,
      asked: [],
      answers: [],
      length: 0,
      events: 0,
      history: noHistory,
      pending: null,
      end: null,
      result: undefined,
      violation: null,
    };
  }

  #changed(thread: Thread, now: string): ModelError {
    return new ModelError(
      `thread ${this.threadName(this.#running)} is not deterministic: run again with the same answers, ` +
        `its operation ${String(this.#position + 1)} was ${signatureText(thread.asked[this.#position]!)}, and now ${now}`,
    );
  }

  // What operations do.

  #enabled(thread: number, operation: Operation): boolean {
    switch (operation.kind) {
      case 'read':
      case 'update':
        return (
          operation.condition === null ||
          operation.condition(this.#memory.visible(thread, operation.cell.id).value)
        );
      case 'join': {
        const other = this.#threads[operation.thread];
        return other?.end === 'returned' && !this.canDrain(operation.thread);
      }
      default:
        return true;
    }
  }

  #perform(number: number, thread: Thread, operation: Operation, decision: number): unknown {
    switch (operation.kind) {
      case 'read': {
        const source = this.#memory.visible(number, operation.cell.id);
        this.#access(thread, 'R', operation.cell, writeName(source));
        return source.value;
      }
      case 'write': {
        const { cell, value, order } = operation;
        const write: Write = { thread: number, index: thread.events, cell: cell.id, value };
        this.#access(thread, 'W', cell, valueText(value));
        if (order === Order.full) this.#memory.storeLocked(write);
        else this.#memory.store(write);
        // No answer for the program, but for a comparison with what the thread writes when it is run again.
        return value;
      }
      case 'update': {
        const { cell, update, first, second } = operation;
        const source = this.#memory.visible(number, cell.id);
        const value = updatedValue(update, source.value, first, second);
        if (value === noWrite) {
          // A compare-exchange is a locked instruction even when it fails; the others look first.
          if (update === Update.compareExchange) this.#memory.drain(number);
          this.#access(thread, 'R', cell, writeName(source));
        } else {
          this.#access(thread, 'U', cell, writeName(source));
          const write: Write = { thread: number, index: thread.events, cell: cell.id, value };
          this.#access(thread, 'V', cell, valueText(value));
          this.#memory.storeLocked(write);
        }
        return source.value;
      }
      case 'fence':
        if (operation.fence === Fence.full) this.#memory.drain(number);
        this.#event(thread, `F${String(operation.fence)}`);
        return undefined;
      case 'choose':
        this.#event(thread, `C${String(decision)}`);
        return decision;
      case 'spawn': {
        const { thread: child, body } = operation;
        this.#memory.drain(number);
        this.#event(thread, `S${String(child)}`);
        this.#startThread(child, body);
        this.#firstOperation(child);
        return child;
      }
      case 'join':
        this.#event(thread, `J${String(operation.thread)}`);
        return this.#threads[operation.thread]!.result;
    }
  }

  /** Runs a thread that has just been started up to its first operation, inside its parent's run. */
  #firstOperation(child: number): void {
    const parent = {
      running: this.#running,
      decide: this.#decide,
      position: this.#position,
      cellsMade: this.#cellsMade,
      threadsMade: this.#threadsMade,
      objectsMade: this.#objectsMade,
    };
    this.run(child, never);
    this.#running = parent.running;
    this.#decide = parent.decide;
    this.#position = parent.position;
    this.#cellsMade = parent.cellsMade;
    this.#threadsMade = parent.threadsMade;
    this.#objectsMade = parent.objectsMade;
    this.#suspended = false;
  }

  #access(thread: Thread, letter: string, cell: Cell<unknown>, what: string): void {
    this.#event(thread, `${letter}${String(cell.id)}=${what}`);
  }

  #event(thread: Thread, event: string): void {
    thread.events++;
    if (this.#histories !== null) thread.history = this.#histories.extend(thread.history, event);
  }

  #record(write: Write): void {
    if (this.#histories === null) return;
    this.#coherence[write.cell] = this.#histories.extend(
      this.#coherence[write.cell]!,
      writeName(write),
    );
  }
}
