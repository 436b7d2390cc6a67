import {
  type ExecutionPlan,
  InterleavingMachine,
  type MemoryKind,
  type Schedule,
  type Setup,
  type Snapshot,
} from '@pagerace/explorer';

type Write = Snapshot['memory']['newest'][number];

/** One step of a thread, as far as an execution graph knows it. */
interface Access {
  readonly thread: number;
  /** The write that it read from. */
  readonly source?: Write;
  /** What it wrote. */
  readonly write?: Write;
  /** Which alternative it took of a choice. */
  readonly alternative?: number;
}

/**
 * The execution that a schedule of the interleaving machine leads to, as the explorer tells it.
 *
 * The machine has store buffers that drain at some time; a plan has none, but says of each step how
 * far it is from the newest write. So the schedule is performed, and what each step read and wrote is
 * held against the order in which the writes reached memory.
 */
export function planOf(setup: Setup, memory: MemoryKind, schedule: Schedule): ExecutionPlan {
  const recorder = new Recorder(new InterleavingMachine(setup, memory, false));
  for (const segment of schedule) {
    if (segment.kind === 'drain') {
      for (let nth = 0; nth < segment.writes; nth++) recorder.drain(segment.thread);
      continue;
    }
    const choices = segment.choices?.values();
    for (let nth = 0; nth < segment.steps; nth++) recorder.step(segment.thread, choices);
  }
  return recorder.plan();
}

class Recorder {
  readonly #accesses: Access[] = [];
  /** By cell, the writes in the order in which they reached memory. */
  readonly #coherence = new Map<number, Write[]>();

  constructor(private readonly machine: InterleavingMachine) {}

  drain(thread: number): void {
    const before = this.machine.snapshot();
    this.machine.perform({ kind: 'drain', thread });
    this.#note(thread, before);
  }

  step(thread: number, choices: Iterator<number> | undefined): void {
    const { machine } = this;
    const isChoice = machine.alternatives(thread) > 0;
    const alternative = isChoice ? ((choices?.next().value as number | undefined) ?? 0) : -1;
    const before = machine.snapshot();
    const operation = before.threads[thread]?.pending;
    machine.perform({ kind: 'step', thread, alternative });
    const write = this.#note(thread, before);
    const reads = operation?.kind === 'read' || operation?.kind === 'update';
    this.#accesses.push({
      thread,
      ...(isChoice ? { alternative } : {}),
      ...(reads ? { source: visible(before, thread, operation.cell.id) } : {}),
      ...(write === undefined ? {} : { write }),
    });
  }

  plan(): ExecutionPlan {
    for (let thread = 0; thread < this.machine.threadCount; thread++) {
      while (this.machine.canDrain(thread)) this.drain(thread);
    }
    const issued = new Map<number, Write[]>();
    const deviations: { step: number; by: number }[] = [];
    for (const [step, { source, write, alternative }] of this.#accesses.entries()) {
      const place = source ?? write;
      const newer = (issued.get(place?.cell ?? -1) ?? []).filter((other) =>
        this.#isNewer(other, place!),
      );
      const by = alternative ?? newer.length;
      if (by > 0) deviations.push({ step, by });
      if (write !== undefined) issued.set(write.cell, [...(issued.get(write.cell) ?? []), write]);
    }
    return { threads: this.#accesses.map(({ thread }) => thread), deviations };
  }

  #isNewer(one: Write, other: Write): boolean {
    const order = this.#coherence.get(one.cell) ?? [];
    return order.indexOf(one) > order.indexOf(other);
  }

  /** Notes what an action let reach memory. @returns the write that the action made, if it made one */
  #note(thread: number, before: Snapshot): Write | undefined {
    const after = this.machine.snapshot();
    const buffered = before.memory.buffers[thread] ?? [];
    const left = after.memory.buffers[thread] ?? [];
    for (const write of buffered) if (!left.includes(write)) this.#reached(write);
    const stored = left.find((write) => !buffered.includes(write));
    if (stored !== undefined) return stored;
    const direct = after.memory.newest.find(
      (write, cell) =>
        write !== before.memory.newest[cell] &&
        write.thread === thread &&
        !buffered.includes(write),
    );
    if (direct !== undefined) this.#reached(direct);
    return direct;
  }

  #reached(write: Write): void {
    const order = this.#coherence.get(write.cell) ?? [];
    this.#coherence.set(write.cell, [...order, write]);
  }
}

/** What a read of a thread sees: its own newest write that is still buffered, or memory. */
function visible({ memory }: Snapshot, thread: number, cell: number): Write {
  return memory.buffers[thread]?.findLast((write) => write.cell === cell) ?? memory.newest[cell]!;
}
