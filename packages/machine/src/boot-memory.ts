import {
  type Cell,
  type Fence,
  ModelError,
  noWrite,
  type Order,
  type Program,
  runtime,
  type Runtime,
  type Setup,
  type Update,
  updatedValue,
  withRuntime,
} from '@pagerace/explorer';

/**
 * Lets a set-up run kernel code: what it does to cells is carried out at once, one operation after the
 * other, and what it leaves in them are the initial values of the program. So a scenario may begin with
 * pages that were mapped, written to and aged by the same code that it examines.
 */
export function bootable(setup: Setup): Setup {
  return () => {
    const memory = new BootMemory(runtime());
    const program: Program = withRuntime(memory, setup);
    memory.handOver();
    return program;
  };
}

type CellConstructor = new (id: number, name: string, initial: unknown) => Cell<unknown>;

/** A memory with one processor and no concurrency. */
class BootMemory implements Runtime {
  readonly tracing = false;
  readonly #program: Runtime;
  /** A cell of the program, known by its id; the others have the ids that follow. */
  readonly #first: Cell<unknown>;
  readonly #cells: Cell<unknown>[] = [];
  readonly #values: unknown[] = [];

  constructor(program: Runtime) {
    this.#program = program;
    this.#first = program.createCell(undefined, 'boot memory');
  }

  /** Makes the cells again in the memory of the program, with the values that they have by now. */
  handOver(): void {
    for (const [at, cell] of this.#cells.entries()) {
      const value = this.#values[at];
      const { id } = this.#program.createCell(value, cell.name);
      if (id !== cell.id)
        throw new ModelError('a bootable set-up must be the whole set-up of its program');
      // A cell is known by its id, so the one that boot code holds on to is as good as the new one.
      (cell as { initial: unknown }).initial = value;
    }
  }

  #at(cell: Cell<unknown>): number {
    return cell.id - this.#first.id - 1;
  }

  createCell(initial: unknown, name: string | undefined): Cell<unknown> {
    const id = this.#first.id + 1 + this.#cells.length;
    const CellClass = this.#first.constructor as CellConstructor;
    const made = new CellClass(id, name ?? `cell${String(id)}`, initial);
    this.#cells.push(made);
    this.#values.push(initial);
    return made;
  }

  allocate(factory: () => unknown): unknown {
    return factory();
  }

  read(cell: Cell<unknown>): unknown {
    return this.#values[this.#at(cell)];
  }

  write(cell: Cell<unknown>, value: unknown): void {
    this.#values[this.#at(cell)] = value;
  }

  update(
    cell: Cell<unknown>,
    update: Update,
    first: unknown,
    second: unknown,
    _order: Order,
    condition: ((value: unknown) => boolean) | null,
  ): unknown {
    const before = this.await(cell, condition ?? (() => true));
    const after = updatedValue(update, before, first, second);
    if (after !== noWrite) this.#values[this.#at(cell)] = after;
    return before;
  }

  await(cell: Cell<unknown>, condition: (value: unknown) => boolean): unknown {
    const value = this.#values[this.#at(cell)];
    if (!condition(value)) {
      throw new ModelError(
        `set-up would wait for ever for ${cell.name}, which is ${String(value)}`,
      );
    }
    return value;
  }

  fence(_fence: Fence): void {
    // One processor sees its own accesses in order.
  }

  choose(): number {
    throw new ModelError('set-up is one execution: choose in a thread');
  }

  spawn(): number {
    throw new ModelError('set-up cannot start threads');
  }

  join(): unknown {
    throw new ModelError('set-up cannot wait for threads');
  }

  assume(condition: boolean): void {
    if (!condition) throw new ModelError('an assumption does not hold in set-up');
  }

  cover(): void {
    // What arises in set-up arises in no execution.
  }

  currentThread(): number {
    return -1;
  }

  reach(): void {
    // One processor sees its own accesses in order.
  }

  annotate(): void {
    // Set-up is not part of a trace.
  }

  locate(): void {
    // Set-up is not part of a trace.
  }
}
