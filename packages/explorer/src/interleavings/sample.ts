import { lookAtFirstExecution } from '../first-execution.js';
import { mustBeAtLeast } from '../options.js';
import type { Setup } from '../program.js';
import { seededRandom } from '../random.js';
import { InterleavingMachine, stop } from './machine.js';
import type { MemoryKind } from './memory.js';
import { toSchedule, type Action, type Schedule } from './schedule.js';
import { foundViolation, Poll, type FoundViolation, type SearchOptions } from './search.js';

export interface SampleOptions extends SearchOptions {
  readonly memory: MemoryKind;
  /** Equal seeds give equal results. */
  readonly seed: number;
  /** How many runs to make at most. */
  readonly samples: number;
  /** The depth of the bugs to look for: how many ordering constraints they need. At least 1. */
  readonly depth: number;
  /** Whether to stop at the first violation; default on. */
  readonly stopAtViolation?: boolean;
}

export interface SampleResult {
  /** `sampled`: all runs were made; nothing follows from it but the probability. */
  readonly outcome: 'violated' | 'sampled' | 'interrupted';
  /** How many runs were made. */
  readonly samples: number;
  readonly executions: number;
  readonly deadlocks: number;
  readonly excluded: number;
  /** How many of the runs violated something. */
  readonly violated: number;
  /** n: the largest number of threads in a run; a store buffer counts as one more for each thread. */
  readonly threads: number;
  /** k: the largest number of steps in a run, drains of buffers included. */
  readonly steps: number;
  readonly depth: number;
  /**
   * 1 / (n k^(depth-1)): a run hits a bug of that depth at least so often, if there is one. Where the
   * program makes nondeterministic choices, this is so among the runs that choose what the bug needs.
   */
  readonly probabilityPerRun: number;
  /** How many runs were made since n and k were known to be as large as that. */
  readonly guaranteedSamples: number;
  /** 1 - (1 - probabilityPerRun)^guaranteedSamples: all of these runs missing it is no likelier than the rest. */
  readonly probability: number;
  /** The first one. */
  readonly violation?: FoundViolation & {
    /** Which run it was, from 0. */
    readonly sample: number;
  };
  /** How to reach the first deadlock that was met. */
  readonly deadlock?: Schedule;
  readonly covered: ReadonlySet<string>;
  /** Whether a thread performed an operation; where none did there was nothing to explore. */
  readonly acted: boolean;
  /** The thread that was cut off since it did not end, if one was: not everything was explored. */
  readonly cutOff?: string;
}

/**
 * Runs a program many times with random priorities.
 *
 * Every thread gets a random priority, and the one with the highest that can take a step always does; at
 * depth-1 random steps the thread that was about to go on falls below all others. After S. Burckhardt,
 * P. Kothari, M. Musuvathi and S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs" (ASPLOS 2010). A store buffer is a thread of its own whose steps are its drains.
 */
export function sample(setup: Setup, options: SampleOptions): SampleResult {
  const sampling = new Sampling(setup, options);
  lookAtFirstExecution(setup);
  return sampling.result();
}

class Sampling {
  readonly #machine: InterleavingMachine;
  readonly #options: SampleOptions;
  /** Numbers in [0, 1). */
  readonly #random: () => number;
  readonly #agentsPerThread: number;
  /** The estimates of n and k, which never shrink, and how many runs were made with the current ones. */
  #threads = 1;
  #steps = 1;
  #guaranteed = 0;

  #samples = 0;
  #executions = 0;
  #deadlocks = 0;
  #excluded = 0;
  #violated = 0;
  #violation: (FoundViolation & { sample: number }) | undefined;
  #deadlock: Schedule | undefined;

  // The current run. Agent `2 t` is thread t, `2 t + 1` its store buffer.
  #priorities: number[] = [];
  /** At which step each of the depth-1 changes comes; a change that has been made is at -1. */
  #changes: number[] = [];
  #path: Action[] = [];

  constructor(setup: Setup, options: SampleOptions) {
    if (!Number.isInteger(options.depth) || options.depth < 1) {
      throw new RangeError(`depth: ${String(options.depth)} is not a whole number of at least 1`);
    }
    mustBeAtLeast(1, options.samples, 'samples');
    this.#machine = new InterleavingMachine(setup, options.memory, false);
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#agentsPerThread = options.memory === 'sc' ? 1 : 2;
  }

  result(): SampleResult {
    const { samples, depth, stopAtViolation = true } = this.#options;
    const poll = new Poll(this.#options, () => ({
      visited: this.#samples,
      executions: this.#executions,
      deadlocks: this.#deadlocks,
    }));
    // How long a run is nobody knows before the first; its changes come after its first step, then.
    while (this.#samples < samples && !poll.tick()) {
      this.#run();
      this.#samples++;
      this.#measure();
      if (stopAtViolation && this.#violated > 0) break;
    }
    const probabilityPerRun = 1 / (this.#threads * this.#steps ** (depth - 1));
    return {
      outcome: this.#violated > 0 ? 'violated' : poll.stopped ? 'interrupted' : 'sampled',
      samples: this.#samples,
      executions: this.#executions,
      deadlocks: this.#deadlocks,
      excluded: this.#excluded,
      violated: this.#violated,
      threads: this.#threads,
      steps: this.#steps,
      depth,
      probabilityPerRun,
      guaranteedSamples: this.#guaranteed,
      probability: 1 - (1 - probabilityPerRun) ** this.#guaranteed,
      ...(this.#violation && { violation: this.#violation }),
      ...(this.#deadlock && { deadlock: this.#deadlock }),
      covered: this.#machine.covered,
      acted: this.#machine.acted,
      ...(this.#machine.cutOff !== undefined && { cutOff: this.#machine.cutOff }),
    };
  }

  #run(): void {
    const machine = this.#machine;
    machine.reset();
    this.#path = [];
    this.#priorities = [];
    this.#changes = [];
    for (let change = 1; change < this.#options.depth; change++) {
      this.#changes.push(this.#below(this.#steps));
    }
    for (let agent = this.#next(); agent !== undefined; agent = this.#next()) {
      const running = agent;
      const thread = running >> 1;
      if ((running & 1) === 1) {
        this.#did({ kind: 'drain', thread });
        machine.perform({ kind: 'drain', thread });
        continue;
      }
      if (machine.violations.length > 0) break;
      machine.run(thread, () => {
        if (machine.violations.length > 0 || this.#next() !== running) return stop;
        const alternatives = machine.alternatives(thread);
        const alternative = alternatives > 0 ? this.#below(alternatives) : -1;
        this.#did({ kind: 'step', thread, alternative });
        return Math.max(alternative, 0);
      });
    }
    this.#end();
  }

  /** One of 0 … limit-1. */
  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #did(action: Action): void {
    this.#path.push(action);
  }

  /** The agent that takes the next step, after the priority changes that are due before it. */
  #next(): number | undefined {
    for (;;) {
      const agent = this.#highest();
      const due = this.#changes.indexOf(this.#path.length);
      if (agent === undefined || due < 0) return agent;
      this.#changes[due] = -1;
      // Initial priorities are at least 1.
      this.#priorities[agent] = due / this.#changes.length;
    }
  }

  #highest(): number | undefined {
    const machine = this.#machine;
    let highest: number | undefined;
    for (let thread = 0; thread < machine.threadCount; thread++) {
      for (let part = 0; part < this.#agentsPerThread; part++) {
        const agent = 2 * thread + part;
        const priority = (this.#priorities[agent] ??= 1 + this.#random());
        if (highest !== undefined && priority < this.#priorities[highest]!) continue;
        if (part === 0 ? machine.canStep(thread) : machine.canDrain(thread)) highest = agent;
      }
    }
    return highest;
  }

  #end(): void {
    const machine = this.#machine;
    const outcome = machine.outcome();
    if (outcome === 'excluded') {
      this.#excluded++;
    } else if (outcome === 'deadlock') {
      this.#deadlocks++;
      this.#deadlock ??= toSchedule(this.#path);
    } else {
      this.#executions++;
      const violation = machine.violations[0] ?? machine.finish();
      if (violation === null) return;
      this.#violated++;
      this.#violation ??= { ...foundViolation(violation, this.#path), sample: this.#samples };
    }
  }

  /** Takes a run that was longer or wider than expected into account: the guarantee starts anew. */
  #measure(): void {
    const threads = this.#machine.threadCount * this.#agentsPerThread;
    const steps = Math.max(1, this.#path.length);
    if (threads > this.#threads || steps > this.#steps) {
      this.#threads = Math.max(threads, this.#threads);
      this.#steps = Math.max(steps, this.#steps);
      this.#guaranteed = 0;
    } else {
      this.#guaranteed++;
    }
  }
}
