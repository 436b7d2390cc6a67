import type { Condition } from './runtime.js';

/**
 * An execution graph: events with program order, reads-from and coherence.
 *
 * Events are numbered in the order in which they were added, so that cutting the graph back to an
 * earlier state is undoing its tail. Every field of an event is a column of a flat array. The write
 * that initialises location `l` is not an event; it is written `initialWrite(l)`, a negative number,
 * and comes first in the coherence order of `l`.
 */

export const EventKind = {
  read: 1,
  write: 2,
  fence: 3,
  choice: 4,
  spawn: 5,
  join: 6,
  /** The thread's last event: it returned. */
  end: 7,
  /** The thread's last event: it violated a property. */
  violation: 8,
  /** The thread's last event: an assumption failed, and the execution is of no interest. */
  blocked: 9,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

export const EventFlag = {
  /** The read or the write half of a read-modify-write that succeeded. */
  update: 1,
  /** A failed compare-exchange: on hardware with locked instructions still one of them. */
  locked: 2,
  /** A write that revisited a read, or a lock acquisition that went first: never deleted by a revisit. */
  revisitor: 4,
  /** A read that waits and may have read a value that does not satisfy it: then its thread is stuck. */
  mayStick: 8,
  /** An access of a {@link SpinLock}'s cell, which the kernel's memory model knows from others. */
  spinLock: 16,
} as const;

/** No event: the end of a list. */
export const none = 0x7fff_ffff;

/** The write that gives `location` its initial value; its own inverse. */
export function initialWrite(location: number): number {
  return -1 - location;
}

function grown<A extends Int32Array | Uint8Array>(column: A, length: number): A {
  const larger = new (column.constructor as new (length: number) => A)(length);
  larger.set(column);
  return larger;
}

export class ExecutionGraph {
  /** The number of events. */
  size = 0;
  kind = new Uint8Array(0);
  flags = new Uint8Array(0);
  order = new Uint8Array(0);
  thread = new Int32Array(0);
  /** The position in the thread, from 0. */
  index = new Int32Array(0);
  /** The location of an access, the kind of a fence, the thread of a spawn or a join. */
  location = new Int32Array(0);
  /** Of a read: the write that it reads from. */
  readsFrom = new Int32Array(0);
  /** Of a write: its neighbours in coherence order. */
  coherenceNext = new Int32Array(0);
  coherencePrevious = new Int32Array(0);
  /** Of a write: the newest of its readers; of a read: the next reader of the same write. */
  firstReader = new Int32Array(0);
  nextReader = new Int32Array(0);
  /** `clock[e * threadLimit + t]`: how many events of thread t are e or in its (po ∪ rf)⁺ prefix. */
  clock = new Int32Array(0);
  /** What the memory model keeps of each event; positions in the event's own thread only. */
  note = new Int32Array(0);
  /**
   * `view[(e * views + v) * threadLimit + t]`: what the memory model keeps of each event as counts of
   * threads' events in its prefix, like `clock`.
   */
  view = new Int32Array(0);
  /** Of a read-modify-write's read: the operation and its operands. */
  update = new Uint8Array(0);
  /** Of a read-modify-write's read: its order if it fails, where the memory model has failures order. */
  failureOrder = new Uint8Array(0);
  /** Of an access: the index of the read of its thread that its address depends on, or `none`. */
  address = new Int32Array(0);
  readonly first: unknown[] = [];
  readonly second: unknown[] = [];
  /** Of a read that waits: what it waits for. */
  readonly condition: (Condition | null)[] = [];
  /** The value read or written, chosen, or returned by the thread; the violation of a violation. */
  readonly value: unknown[] = [];

  /** Per location: the first and the last write, and the readers of the initial value. */
  coherenceFirst = new Int32Array(0);
  coherenceLast = new Int32Array(0);
  initialReader = new Int32Array(0);
  locations = 0;
  /** Initial values, shared by all graphs of an exploration. */
  readonly initial: unknown[];

  /** Per thread: its events in program order; only the first `threadLength[t]` count. */
  readonly threadEvents: number[][] = [];
  readonly threadLength: Int32Array;
  /** Per thread: the event that started it, or `none` for a thread of the program itself. */
  readonly spawnedBy: Int32Array;
  /** Per thread: whether it exists in this graph. */
  readonly started: Uint8Array;

  #capacity = 0;

  constructor(
    /** How many threads fit: the width of a clock. */
    readonly threadLimit: number,
    initial: unknown[],
    /** How many views the memory model keeps of each event. */
    readonly views = 0,
  ) {
    this.initial = initial;
    this.threadLength = new Int32Array(threadLimit);
    this.spawnedBy = new Int32Array(threadLimit).fill(none);
    this.started = new Uint8Array(threadLimit);
    for (let t = 0; t < threadLimit; t++) this.threadEvents.push([]);
    this.reserve(64);
  }

  /** Makes room for `events` events. */
  reserve(events: number): void {
    if (events <= this.#capacity) return;
    const length = Math.max(events, this.#capacity * 2);
    this.kind = grown(this.kind, length);
    this.flags = grown(this.flags, length);
    this.order = grown(this.order, length);
    this.update = grown(this.update, length);
    this.failureOrder = grown(this.failureOrder, length);
    this.address = grown(this.address, length);
    this.thread = grown(this.thread, length);
    this.index = grown(this.index, length);
    this.location = grown(this.location, length);
    this.readsFrom = grown(this.readsFrom, length);
    this.coherenceNext = grown(this.coherenceNext, length);
    this.coherencePrevious = grown(this.coherencePrevious, length);
    this.firstReader = grown(this.firstReader, length);
    this.nextReader = grown(this.nextReader, length);
    this.note = grown(this.note, length);
    this.clock = grown(this.clock, length * this.threadLimit);
    this.view = grown(this.view, length * this.threadLimit * this.views);
    this.#capacity = length;
  }

  /** Makes every location below `count` known, unwritten and unread. */
  reserveLocations(count: number): void {
    if (count > this.coherenceFirst.length) {
      const length = Math.max(count, this.coherenceFirst.length * 2, 16);
      this.coherenceFirst = grown(this.coherenceFirst, length);
      this.coherenceLast = grown(this.coherenceLast, length);
      this.initialReader = grown(this.initialReader, length);
    }
    for (let l = this.locations; l < count; l++) {
      this.coherenceFirst[l] = none;
      this.coherenceLast[l] = initialWrite(l);
      this.initialReader[l] = none;
    }
    if (count > this.locations) this.locations = count;
  }

  /** The coherence successor of a write, initial ones included. */
  next(write: number): number {
    return write < 0 ? this.coherenceFirst[initialWrite(write)]! : this.coherenceNext[write]!;
  }

  /** The newest reader of a write, initial ones included; the others follow by `nextReader`. */
  readers(write: number): number {
    return write < 0 ? this.initialReader[initialWrite(write)]! : this.firstReader[write]!;
  }

  /** The value of a write, initial ones included. */
  valueOf(write: number): unknown {
    return write < 0 ? this.initial[initialWrite(write)] : this.value[write];
  }

  /** The write half of the read-modify-write that reads `write`, or `none`. */
  updateOf(write: number): number {
    const next = this.next(write);
    return next !== none && (this.flags[next]! & EventFlag.update) !== 0 ? next : none;
  }

  /**
   * The read half of the read-modify-write whose write half is `half`. Their numbers need not follow each
   * other: a write half that revisits a read goes to the end of the graph, its read stays where it is.
   */
  readOf(half: number): number {
    return this.at(this.thread[half]!, this.index[half]! - 1);
  }

  /** Whether `event` is `of` or in its (po ∪ rf)⁺ prefix. */
  inPrefix(event: number, of: number): boolean {
    return this.clock[of * this.threadLimit + this.thread[event]!]! > this.index[event]!;
  }

  /** The event of `thread` at `index`. */
  at(thread: number, index: number): number {
    return this.threadEvents[thread]![index]!;
  }

  /** The last event of a thread, or `none`. */
  lastOf(thread: number): number {
    const length = this.threadLength[thread]!;
    return length === 0 ? none : this.threadEvents[thread]![length - 1]!;
  }

  /** Whether a thread has its last event. */
  ended(thread: number): boolean {
    const length = this.threadLength[thread]!;
    return length > 0 && this.kind[this.threadEvents[thread]![length - 1]!]! >= EventKind.end;
  }

  /** The read at which a thread is stuck, with a value that it was not waiting for, or `none`. */
  stuckAt(thread: number): number {
    const last = this.lastOf(thread);
    if (
      last === none ||
      this.kind[last] !== EventKind.read ||
      (this.flags[last]! & EventFlag.mayStick) === 0
    )
      return none;
    return this.condition[last]!(this.value[last]) ? none : last;
  }

  /**
   * Fills in the next event without making it part of the graph; {@link push} does that.
   *
   * @returns the event
   */
  stage(
    event: number,
    kind: EventKind,
    thread: number,
    location: number,
    order: number,
    flags: number,
  ): number {
    this.reserve(event + 2);
    this.kind[event] = kind;
    this.flags[event] = flags;
    this.order[event] = order;
    this.thread[event] = thread;
    this.location[event] = location;
    this.update[event] = 0;
    this.address[event] = none;
    this.first[event] = undefined;
    this.second[event] = undefined;
    this.condition[event] = null;
    this.value[event] = undefined;
    return event;
  }

  /** Fills in the write half of the update whose read is `read`, without making it part of the graph. */
  stageHalf(half: number, read: number): void {
    const flags = EventFlag.update | (this.flags[read]! & EventFlag.spinLock);
    const location = this.location[read]!;
    this.stage(half, EventKind.write, this.thread[read]!, location, this.order[read]!, flags);
    this.address[half] = this.address[read]!;
  }

  /** Adds a staged event, or one that has just been cut off, at the end of its thread. */
  push(event: number): void {
    const thread = this.thread[event]!;
    const index = this.threadLength[thread]!;
    this.index[event] = index;
    this.threadEvents[thread]![index] = event;
    this.threadLength[thread] = index + 1;
    this.inheritClock(
      event,
      index === 0 ? this.spawnedBy[thread]! : this.threadEvents[thread]![index - 1]!,
    );
    this.size = event + 1;
  }

  /** The write of the same thread and location that comes last before `event`, or `none`. */
  ownWriteBefore(event: number): number {
    const thread = this.thread[event]!;
    const location = this.location[event]!;
    for (let index = this.index[event]! - 1; index >= 0; index--) {
      const earlier = this.at(thread, index);
      if (this.kind[earlier] === EventKind.write && this.location[earlier] === location)
        return earlier;
    }
    return none;
  }

  /** Sets an event's clock from its predecessor in program order. */
  inheritClock(event: number, predecessor: number): void {
    const { clock, threadLimit } = this;
    const to = event * threadLimit;
    if (predecessor === none) clock.fill(0, to, to + threadLimit);
    else clock.copyWithin(to, predecessor * threadLimit, (predecessor + 1) * threadLimit);
    clock[to + this.thread[event]!] = this.index[event]! + 1;
  }

  /** Puts the prefix of `other` into that of `event`. */
  joinClock(event: number, other: number): void {
    const { clock, threadLimit } = this;
    const to = event * threadLimit;
    const from = other * threadLimit;
    for (let t = 0; t < threadLimit; t++) {
      const count = clock[from + t]!;
      if (count > clock[to + t]!) clock[to + t] = count;
    }
  }

  /** Lets a read read from a write. */
  linkRead(read: number, write: number): void {
    this.readsFrom[read] = write;
    if (write < 0) {
      const location = initialWrite(write);
      this.nextReader[read] = this.initialReader[location]!;
      this.initialReader[location] = read;
      this.value[read] = this.initial[location];
    } else {
      this.nextReader[read] = this.firstReader[write]!;
      this.firstReader[write] = read;
      this.value[read] = this.value[write];
      this.joinClock(read, write);
    }
  }

  /** Places a write directly after another in coherence order. */
  linkWrite(write: number, after: number): void {
    const location = this.location[write]!;
    const next = this.next(after);
    this.firstReader[write] = none;
    this.coherencePrevious[write] = after;
    this.coherenceNext[write] = next;
    if (after < 0) this.coherenceFirst[location] = write;
    else this.coherenceNext[after] = write;
    if (next === none) this.coherenceLast[location] = write;
    else this.coherencePrevious[next] = write;
  }

  /** Takes a write out of the coherence order. */
  unlinkWrite(write: number): void {
    const location = this.location[write]!;
    const previous = this.coherencePrevious[write]!;
    const next = this.coherenceNext[write]!;
    if (previous < 0) this.coherenceFirst[location] = next;
    else this.coherenceNext[previous] = next;
    if (next === none) this.coherenceLast[location] = previous;
    else this.coherencePrevious[next] = previous;
  }

  /** Undoes the newest events until `size` are left. Their fields stay readable until overwritten. */
  truncate(size: number): void {
    for (let event = this.size - 1; event >= size; event--) {
      this.threadLength[this.thread[event]!]!--;
      switch (this.kind[event]) {
        case EventKind.read: {
          const write = this.readsFrom[event]!;
          if (write < 0) this.initialReader[initialWrite(write)] = this.nextReader[event]!;
          else this.firstReader[write] = this.nextReader[event]!;
          break;
        }
        case EventKind.write:
          this.unlinkWrite(event);
          break;
        case EventKind.spawn:
          this.started[this.location[event]!] = 0;
          break;
        default:
      }
    }
    if (size < this.size) this.size = size;
  }

  /** Copies every field of an event of another graph, but for its links. */
  copyEvent(event: number, from: ExecutionGraph, source: number): void {
    this.kind[event] = from.kind[source]!;
    this.flags[event] = from.flags[source]!;
    this.order[event] = from.order[source]!;
    this.update[event] = from.update[source]!;
    this.failureOrder[event] = from.failureOrder[source]!;
    this.address[event] = from.address[source]!;
    const thread = (this.thread[event] = from.thread[source]!);
    const index = (this.index[event] = from.index[source]!);
    this.location[event] = from.location[source]!;
    this.note[event] = from.note[source]!;
    this.first[event] = from.first[source];
    this.second[event] = from.second[source];
    this.condition[event] = from.condition[source]!;
    this.value[event] = from.value[source];
    const to = event * this.threadLimit;
    const at = source * this.threadLimit;
    for (let t = 0; t < this.threadLimit; t++) this.clock[to + t] = from.clock[at + t]!;
    const width = this.threadLimit * this.views;
    for (let i = 0; i < width; i++) this.view[event * width + i] = from.view[source * width + i]!;
    this.threadEvents[thread]![index] = event;
    if (index >= this.threadLength[thread]!) this.threadLength[thread] = index + 1;
  }
}
