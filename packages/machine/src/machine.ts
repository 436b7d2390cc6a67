import {
  cell,
  type Cell,
  ModelError,
  mustBeOrdinary,
  type Program,
  runtime,
  spawn,
  type ThreadBody,
  type ThreadHandle,
} from '@pagerace/explorer';
import { token } from '@pagerace/di';
import { LockOrder } from './lockdep.js';
import type { OrderingSites } from './ordering-site.js';
import { runTask, Task, type TaskContext } from './task.js';

export interface MachineOptions {
  /** How many CPUs there are. Default 2. */
  readonly cpus?: number;
  /** Given when ordering sites are to be listed or switched; leaving it out costs nothing. */
  readonly orderingSites?: OrderingSites;
}

/** What a thread of the machine hands to the end of the program. */
interface Ending {
  readonly value: unknown;
  readonly dependencies: readonly number[];
}

/** The results of a machine's threads, by name. */
export type Results = Readonly<Record<string, unknown>>;

export const MACHINE = token<Machine>('machine.Machine');

/** CPUs and other agents over one shared memory. Made once per run, during set-up. */
export class Machine {
  /** The CPUs that the program's threads are given to. */
  readonly cpus: readonly Cpu[];
  /**
   * One CPU more, with none of the program's threads: the interrupts of devices are taken there, and
   * kernel threads that are started on the way run there, in turns. No process runs on it.
   */
  readonly elsewhere: Cpu;
  readonly orderingSites: OrderingSites | undefined;
  readonly #lockOrder = new LockOrder();
  readonly #threads = new Map<string, () => Ending>();

  constructor(options: MachineOptions = {}) {
    this.orderingSites = options.orderingSites;
    const count = options.cpus ?? 2;
    this.cpus = Array.from({ length: count }, (_, id) => new Cpu(this, id));
    this.elsewhere = new Cpu(this, count, true);
  }

  /** Every CPU, the one {@link Machine.elsewhere} last. */
  get allCpus(): readonly Cpu[] {
    return [...this.cpus, this.elsewhere];
  }

  /** The CPU with that number, from 0. */
  cpu(id: number): Cpu {
    const cpu = this.cpus[id];
    if (cpu === undefined) {
      throw new ModelError(
        `there is no CPU ${String(id)}: the machine has ${String(this.cpus.length)}`,
      );
    }
    return cpu;
  }

  /** Something that acts on memory and is no CPU: a device, an interrupt controller. */
  agent(name: string): Agent {
    return new Agent(this, name);
  }

  /**
   * Runs kernel code during set-up, on CPU 0: what it leaves in memory is the initial state.
   * The set-up must be a {@link bootable} one.
   *
   * @param name of the task, where it is one of a thread of the explorer’s `Simulation`
   */
  boot<T>(body: () => T, cpu: Cpu = this.cpu(0), name = 'boot', context?: TaskContext): T {
    return runTask(new Task(name, this, cpu, context), body);
  }

  /**
   * From within a thread: starts a kernel thread, such as a kworker for what schedule_work() is given.
   * The order in which it takes locks is not checked.
   */
  spawn(name: string, body: ThreadBody): ThreadHandle {
    return spawn(() => runTask(new Task(name, this, this.elsewhere), body), name);
  }

  /** @internal use {@link Cpu.run} or {@link Agent.run} */
  addThread(name: string, cpu: Cpu, body: ThreadBody, context: TaskContext): void {
    if (this.#threads.has(name)) throw new ModelError(`there are two threads named ${name}`);
    this.#threads.set(name, () => {
      const task = new Task(name, this, cpu, context);
      const value = runTask(task, body);
      mustBeOrdinary(value, name);
      return { value, dependencies: task.dependencies };
    });
  }

  /**
   * The program of all the threads that were given to CPUs and agents.
   *
   * @param atEnd runs after the last thread; what it reads from cells are their final values
   */
  program(atEnd?: (results: Results) => void): Program {
    const names = [...this.#threads.keys()];
    return {
      threads: Object.fromEntries(this.#threads),
      finally: (endings) => {
        const ended = endings as readonly Ending[];
        this.#lockOrder.check(ended.map(({ dependencies }) => dependencies));
        atEnd?.(Object.fromEntries(names.map((name, nth) => [name, ended[nth]!.value])));
      },
    };
  }
}

/** A CPU. Its threads run concurrently with those of others, and with one another. */
export class Cpu {
  /**
   * 1 while the CPU takes no interrupts. An inter-processor interrupt is delivered by its sender, who
   * must get this for a moment; see irq.ts and smp.ts.
   */
  readonly interruptsOff: Cell<number>;
  /** How many RCU read-side sections are going on here, or -1 while a grace period passes through. */
  readonly rcuReaders: Cell<number>;
  /** Held by the thread that must not be preempted, if the CPU has several threads; see preempt.ts. */
  readonly preemptionOff: Cell<number>;
  #threads = 0;

  /** @internal made by {@link Machine} */
  constructor(
    readonly machine: Machine,
    readonly id: number,
    private readonly alwaysShared = false,
  ) {
    this.interruptsOff = cell(0, `cpu${String(id)}.interrupts_off`);
    this.rcuReaders = cell(0, `cpu${String(id)}.rcu_readers`);
    this.preemptionOff = cell(0, `cpu${String(id)}.preemption_off`);
  }

  /** Whether several threads take turns on this CPU. */
  get isShared(): boolean {
    return this.alwaysShared || this.#threads > 1;
  }

  /** Gives the CPU a thread of the program; timelines show it under that name. */
  run(name: string, body: ThreadBody): this {
    this.#threads++;
    this.machine.addThread(name, this, body, 'process');
    return this;
  }

  toString(): string {
    return `CPU ${String(this.id)}`;
  }
}

/** A part of the machine that acts on its own and is no CPU, and the interrupts that it raises. */
export class Agent {
  constructor(
    readonly machine: Machine,
    readonly name: string,
  ) {}

  /**
   * Gives the agent its thread of the program; it has the agent's name. Kernel code in it runs as in
   * an interrupt: it must not sleep.
   */
  run(body: ThreadBody): this {
    this.machine.addThread(this.name, this.machine.elsewhere, body, 'interrupt');
    return this;
  }

  /**
   * From within a thread: the agent acts once, in a thread of its own, as a device does that was given a
   * request; what the giver did before has happened before. In set-up it has done so when this returns.
   */
  act(body: ThreadBody): void {
    const act = (): unknown =>
      runTask(new Task(this.name, this.machine, this.machine.elsewhere, 'interrupt'), body);
    if (runtime().currentThread() < 0) act();
    else spawn(act, this.name);
  }
}
