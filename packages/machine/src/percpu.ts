import type { Cpu, Machine } from './machine.js';
import { thisCpu } from './preempt.js';

/** Per-CPU data: an object for each CPU, also for the one elsewhere; made during set-up. */
export class PerCpu<T> {
  /** By the number of the CPU. */
  readonly all: readonly T[];

  constructor(machine: Machine, make: (cpu: Cpu) => T) {
    this.all = machine.allCpus.map(make);
  }

  /** per_cpu(). */
  on(cpu: Cpu): T {
    return this.all[cpu.id]!;
  }

  /** this_cpu_ptr(). */
  here(): T {
    return this.on(thisCpu());
  }
}
