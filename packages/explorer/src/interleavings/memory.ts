import { mustBeOneOf } from '../options.js';

/** A write event; the one that gives a cell its initial value belongs to thread -1. */
export interface Write {
  readonly thread: number;
  /** Its position in its thread. */
  readonly index: number;
  /** The id of the cell. */
  readonly cell: number;
  readonly value: unknown;
}

/** The name of a write in a canonical text. */
export function writeName(write: Write): string {
  return write.thread < 0 ? 'init' : `${String(write.thread)}.${String(write.index)}`;
}

/** Which memory the threads share: sequentially consistent, or with a store buffer per thread. */
export type MemoryKind = 'sc' | 'tso';

/** What {@link Memory.snapshot} keeps. */
export interface MemorySnapshot {
  readonly newest: readonly Write[];
  readonly buffers: readonly (readonly Write[])[];
}

const empty: readonly Write[] = [];

/**
 * One value per cell, and a first-in-first-out store buffer per thread.
 *
 * The rules are those of Owens, Sarkar and Sewell, "A Better x86 Memory Model: x86-TSO" (TPHOLs 2009).
 * A sequentially consistent memory is the same one with its buffers out of use.
 */
export class Memory {
  /** Per cell, the write that reached memory last. */
  #newest: Write[] = [];
  readonly #initial: Write[] = [];
  /** Per thread, its writes that have not reached memory, oldest first; an array never changes. */
  #buffers: (readonly Write[])[] = [];

  /** @param reached is told of each write when it reaches memory: this order is coherence */
  constructor(
    readonly kind: MemoryKind,
    private readonly reached: (write: Write) => void,
  ) {
    mustBeOneOf(['sc', 'tso'], kind, 'memory');
  }

  addCell(initial: unknown): void {
    const write: Write = { thread: -1, index: -1, cell: this.#initial.length, value: initial };
    this.#initial.push(write);
    this.#newest.push(write);
  }

  /** The write that a read by `thread` takes its value from: its own newest buffered one, or memory. */
  visible(thread: number, cell: number): Write {
    const buffer = this.#buffers[thread] ?? empty;
    for (let at = buffer.length - 1; at >= 0; at--) {
      if (buffer[at]!.cell === cell) return buffer[at]!;
    }
    return this.#newest[cell]!;
  }

  /** An ordinary store. */
  store(write: Write): void {
    if (this.kind === 'sc') this.#reach(write);
    else this.#buffers[write.thread] = [...(this.#buffers[write.thread] ?? empty), write];
  }

  /** The store of a locked instruction: everything buffered before it reaches memory, then itself. */
  storeLocked(write: Write): void {
    this.drain(write.thread);
    this.#reach(write);
  }

  /** How many writes of `thread` have not reached memory. */
  buffered(thread: number): number {
    return this.#buffers[thread]?.length ?? 0;
  }

  /** Lets the oldest buffered write of `thread` reach memory. */
  drainOne(thread: number): void {
    const [oldest, ...rest] = this.#buffers[thread] ?? empty;
    if (oldest === undefined) throw new Error(`thread ${String(thread)} has nothing to drain`);
    this.#buffers[thread] = rest;
    this.#reach(oldest);
  }

  drain(thread: number): void {
    while (this.buffered(thread) > 0) this.drainOne(thread);
  }

  /** What memory holds, whatever the buffers hold. */
  value(cell: number): unknown {
    return this.#newest[cell]!.value;
  }

  snapshot(): MemorySnapshot {
    return { newest: this.#newest.slice(), buffers: this.#buffers.slice() };
  }

  restore(snapshot: MemorySnapshot): void {
    // A cell made since then is untouched again.
    this.#newest = [...snapshot.newest, ...this.#initial.slice(snapshot.newest.length)];
    this.#buffers = snapshot.buffers.slice();
  }

  #reach(write: Write): void {
    this.#newest[write.cell] = write;
    this.reached(write);
  }
}
