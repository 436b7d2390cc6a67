import { EventRows } from './event-rows.js';

/** What is kept of each thread while its events are gone through in program order: sets of events. */
export const Kept = {
  reads: 0,
  writes: 1,
  /** What every later event comes after. */
  beforeAll: 2,
  beforeReads: 3,
  beforeWrites: 4,
  /** What every later access comes after that acquires (Arm), or synchronizes (RISC-V). */
  beforeAcquires: 5,
} as const;
export type Kept = (typeof Kept)[keyof typeof Kept];
const kept = 6;

/** The sets of the thread whose event is being placed, and what that event comes after. */
export class ThreadSets {
  readonly #sets = new EventRows();
  #before = new EventRows();
  #first = 0;
  #event = 0;

  /** Begins with empty sets. @param before filled in: row `e` is what comes before event `e` */
  reset(threads: number, events: number, before: EventRows): void {
    this.#sets.reset(threads * kept, events);
    this.#before = before;
  }

  /** Goes on to an event. */
  moveTo(thread: number, event: number): void {
    this.#first = thread * kept;
    this.#event = event;
  }

  /** Puts an event of the thread into one of its sets. */
  add(set: Kept, event: number): void {
    this.#sets.add(this.#first + set, event);
  }

  /** Puts one set of the thread into another. */
  include(set: Kept, other: Kept): void {
    this.#sets.include(this.#first + set, this.#sets, this.#first + other);
  }

  /** The event comes after those of a set. */
  after(set: Kept): void {
    this.#before.include(this.#event, this.#sets, this.#first + set);
  }

  /** The event comes after another. */
  afterEvent(event: number): void {
    this.#before.add(this.#event, event);
  }

  /** All accesses before come before everything later. */
  separate(): void {
    this.include(Kept.beforeAll, Kept.reads);
    this.include(Kept.beforeAll, Kept.writes);
  }
}
