import { cell, type Cell, Order, Violation } from '@pagerace/explorer';
import { MachineProperty } from './bug.js';
import { taskName } from './task.js';

const isAllocated = (generation: number): boolean => generation % 2 === 1;

/**
 * Whether an object is allocated, and how often it was before: the sanitizer's own memory of it.
 *
 * The generation is odd while the object is allocated and grows by one with each allocation and each
 * free, so that a stale pointer into memory that has been given out again is noticed too. Code that
 * holds a reference correctly finds only one possible answer: the checks then add no executions.
 */
export class Allocation {
  readonly #generation: Cell<number>;

  constructor(
    readonly name: string,
    allocated: boolean,
  ) {
    this.#generation = cell(allocated ? 1 : 0, `${name}.generation`);
  }

  /** The object is given out. @returns whether it ever was before */
  allocate(): boolean {
    const before = this.#generation.fetchAdd(1, Order.relaxed);
    if (isAllocated(before)) {
      throw new Violation(
        MachineProperty.doubleFree,
        `${this.name} is allocated and given out again`,
      );
    }
    return before > 0;
  }

  /** The object is given back. */
  free(): void {
    const before = this.#generation.fetchAdd(1, Order.relaxed);
    if (!isAllocated(before)) {
      throw new Violation(
        MachineProperty.doubleFree,
        `${taskName()} frees ${this.name}, which is free`,
      );
    }
  }

  /**
   * Demands that the object is allocated.
   *
   * @param access what is being done, for the message: `DMA write to`
   * @param generation if given, the allocation that the caller's pointer is into
   * @returns the generation, to be kept with the pointer
   */
  check(access: string, generation?: number): number {
    const now = this.#generation.read(Order.relaxed);
    if (!isAllocated(now) || (generation !== undefined && generation !== now)) {
      const since = isAllocated(now) ? 'was freed and given out again' : 'is free';
      throw new Violation(MachineProperty.useAfterFree, `${access} ${this.name}, which ${since}`);
    }
    return now;
  }

  /** Which allocation it is now; even while the object is free. */
  get generation(): number {
    return this.#generation.read(Order.relaxed);
  }

  /** Whether this allocation is the one that goes on. */
  isStill(generation: number): boolean {
    return isAllocated(generation) && this.generation === generation;
  }

  /** Whether the object is allocated; for audits at the end of a program, where it makes no event. */
  get isAllocated(): boolean {
    return isAllocated(this.generation);
  }
}
