import type { Cpu, Machine } from './machine.js';
import { thisCpu } from './preempt.js';

/** Per-CPU data: an object for each CPU, made during set-up. */
export class PerCpu<T> {
  readonly #objects: readonly T[];

  constructor(machine: Machine, make: (cpu: Cpu) => T) {
    this.#objects = machine.cpus.map(make);
  }

  /** per_cpu(). */
  on(cpu: Cpu): T {
    return this.#objects[cpu.id]!;
  }

  /** this_cpu_ptr(). */
  here(): T {
    return this.on(thisCpu());
  }
}
