import { valueText } from './canonical.js';
import { Cell } from './cell.js';
import { ModelError } from './errors.js';
import type { ThreadBody } from './runtime.js';

/** A thread of the program, or one that a thread started. */
export interface ThreadInfo {
  readonly name: string;
  readonly body: ThreadBody;
}

/**
 * The identities of a program's cells, objects and threads.
 *
 * What a running thread makes is known by the thread and by how many of its kind the thread made
 * before; so every execution gets the same cell, object or thread for the same place.
 */
export class Registry {
  readonly cells: Cell<unknown>[] = [];
  readonly initial: unknown[] = [];
  readonly threads: ThreadInfo[] = [];
  readonly #madeBy: {
    cells: Cell<unknown>[];
    objects: { readonly object: unknown; readonly firstCell: number }[];
    threads: number[];
  }[] = [];

  addThread(body: ThreadBody, name: string): number {
    this.threads.push({ name, body });
    this.#madeBy.push({ cells: [], objects: [], threads: [] });
    return this.threads.length - 1;
  }

  addCell(initial: unknown, name: string | undefined): Cell<unknown> {
    const made = new Cell<unknown>(
      this.cells.length,
      name ?? `cell${String(this.cells.length)}`,
      initial,
    );
    this.cells.push(made);
    this.initial.push(initial);
    return made;
  }

  /** The `nth` cell that `thread` makes. */
  cellOf(thread: number, nth: number, initial: unknown, name: string | undefined): Cell<unknown> {
    const { cells } = this.#madeBy[thread]!;
    const known = cells[nth];
    if (known === undefined) return (cells[nth] = this.addCell(initial, name));
    if (known.initial !== initial && valueText(initial) !== 'object') {
      throw new ModelError(
        `the cell ${known.name} was made with ${valueText(known.initial)} before and with ${valueText(initial)} now: ` +
          'an initial value must be a constant; write the value instead',
      );
    }
    return known;
  }

  /** The `nth` object that `thread` allocates. */
  objectOf(thread: number, nth: number, factory: () => unknown): unknown {
    const { objects } = this.#madeBy[thread]!;
    if (nth >= objects.length) {
      const firstCell = this.cells.length;
      objects.push({ object: factory(), firstCell });
    }
    return objects[nth]!.object;
  }

  /** The identity of the `nth` cell that `thread` made; undefined if it made fewer. */
  cellMade(thread: number, nth: number): number | undefined {
    return this.#madeBy[thread]!.cells[nth]?.id;
  }

  /** The identity of the first cell of the `nth` object that `thread` allocated. */
  firstCellOf(thread: number, nth: number): number | undefined {
    return this.#madeBy[thread]!.objects[nth]?.firstCell;
  }

  /** The `nth` thread that `parent` starts, and whether it is new. */
  threadOf(parent: number, nth: number, body: ThreadBody, name: string | undefined): number {
    const { threads } = this.#madeBy[parent]!;
    if (nth < threads.length) {
      const thread = threads[nth]!;
      (this.threads as { name: string; body: ThreadBody }[])[thread]!.body = body;
      return thread;
    }
    const thread = this.addThread(body, name ?? `${this.threads[parent]!.name}/${String(nth)}`);
    threads.push(thread);
    return thread;
  }
}
