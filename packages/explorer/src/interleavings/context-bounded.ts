import { lookAtFirstExecution } from '../first-execution.js';
import { mustBeAtLeast } from '../options.js';
import type { Setup } from '../program.js';
import { InterleavingMachine, stop } from './machine.js';
import type { MemoryKind } from './memory.js';
import { toSchedule, type Action, type Schedule } from './schedule.js';
import { foundViolation, Poll, type FoundViolation, type SearchOptions } from './search.js';

export interface ContextBoundedOptions extends SearchOptions {
  readonly memory: MemoryKind;
  /** The largest number of preemptions. */
  readonly bound: number;
  /**
   * Whether to go on only once from a state that is reached in several ways: much less work, in memory
   * that grows with the number of states. Off, every order of the free drains of store buffers is run.
   * Default on.
   */
  readonly remember?: boolean;
}

export interface ContextBoundedResult {
  /**
   * - `violated`: a violation was found, and none has fewer preemptions;
   * - `complete`: there is nothing more to explore, with however many preemptions;
   * - `bounded`: everything with at most `bound` preemptions was explored, and there is more, or a thread
   *   was cut off;
   * - `interrupted`: it was told to stop.
   */
  readonly outcome: 'violated' | 'complete' | 'bounded' | 'interrupted';
  /** Everything with at most so many preemptions was explored; -1 if not even those with none. */
  readonly explored: number;
  /** The number of executions; the same one counts again for another order of the same steps. */
  readonly executions: number;
  readonly deadlocks: number;
  readonly excluded: number;
  readonly violation?: FoundViolation & { readonly preemptions: number };
  /** How to reach a deadlock, one with the fewest preemptions. */
  readonly deadlock?: Schedule;
  readonly covered: ReadonlySet<string>;
  /** Whether a thread performed an operation; where none did there was nothing to explore. */
  readonly acted: boolean;
  /** The thread that was cut off since it did not end, if one was: not everything was explored. */
  readonly cutOff?: string;
}

/** What was done, newest first. */
interface Path {
  readonly before: Path | null;
  readonly action: Action;
}

/** A state that is still to be explored: after `path`, while `current` runs (-1: no one). */
interface Branch {
  readonly path: Path | null;
  readonly current: number;
}

const noOne = -1;

function actionsOf(path: Path | null): Action[] {
  const actions: Action[] = [];
  for (let at = path; at !== null; at = at.before) actions.push(at.action);
  return actions.reverse();
}

/**
 * Explores the interleavings with no preemption first, then those with one, and so on up to a bound.
 *
 * A preemption is a switch away from a thread that could have taken a step. A thread that waits or has
 * ended is left for nothing. So is the drain of a store buffer: buffers empty themselves, at any time,
 * and the thread that was running still runs. After M. Musuvathi and S. Qadeer, "Iterative Context Bounding
 * for Systematic Testing of Multithreaded Programs" (PLDI 2007).
 */
export function contextBounded(setup: Setup, options: ContextBoundedOptions): ContextBoundedResult {
  const search = new BoundedSearch(setup, options);
  lookAtFirstExecution(setup);
  return search.result();
}

class BoundedSearch {
  readonly #machine: InterleavingMachine;
  readonly #bound: number;
  /** The states that were visited, with the thread that was running if it could go on. */
  readonly #visited: Set<string> | null;
  readonly #poll: Poll;
  #branches: Branch[] = [{ path: null, current: noOne }];
  /** What costs one preemption more. */
  #deferred: Branch[] = [];
  /** What was done in the current run. */
  #path: Path | null = null;
  #preemptions = 0;
  #cut = false;
  #states = 0;
  #executions = 0;
  #deadlocks = 0;
  #excluded = 0;
  #violation: (FoundViolation & { preemptions: number }) | undefined;
  #deadlock: Schedule | undefined;

  constructor(setup: Setup, options: ContextBoundedOptions) {
    mustBeAtLeast(0, options.bound, 'bound');
    const remember = options.remember ?? true;
    this.#machine = new InterleavingMachine(setup, options.memory, remember);
    this.#bound = options.bound;
    this.#visited = remember ? new Set() : null;
    this.#poll = new Poll(options, () => ({
      visited: this.#states,
      executions: this.#executions,
      deadlocks: this.#deadlocks,
    }));
  }

  result(): ContextBoundedResult {
    const outcome = this.#search();
    return {
      outcome,
      explored:
        outcome === 'violated' || outcome === 'interrupted' ? this.#preemptions - 1 : this.#bound,
      executions: this.#executions,
      deadlocks: this.#deadlocks,
      excluded: this.#excluded,
      ...(this.#violation && { violation: this.#violation }),
      ...(this.#deadlock && { deadlock: this.#deadlock }),
      covered: this.#machine.covered,
      acted: this.#machine.acted,
      ...(this.#machine.cutOff !== undefined && { cutOff: this.#machine.cutOff }),
    };
  }

  #search(): ContextBoundedResult['outcome'] {
    for (; this.#preemptions <= this.#bound; this.#preemptions++) {
      for (let branch = this.#branches.pop(); branch !== undefined; branch = this.#branches.pop()) {
        this.#explore(branch);
        if (this.#violation !== undefined) return 'violated';
        if (this.#poll.stopped) return 'interrupted';
      }
      if (this.#deferred.length === 0) break;
      this.#branches = this.#deferred;
      this.#deferred = [];
    }
    return this.#cut || this.#machine.cutOff !== undefined ? 'bounded' : 'complete';
  }

  /** Goes on from a branch until its run ends, keeping the other ways to go on as new branches. */
  #explore(branch: Branch): void {
    const machine = this.#machine;
    machine.reset();
    machine.follow(toSchedule(actionsOf(branch.path)));
    this.#path = branch.path;
    let { current } = branch;
    while (!this.#foundViolation()) {
      if (current !== noOne && machine.canStep(current)) {
        if (!this.#runOn(current)) return;
        continue;
      }
      if (!this.#arrive(noOne)) return;
      const [next, ...others] = machine.actions();
      if (next === undefined) {
        this.#end();
        return;
      }
      for (const other of others) this.#keep(other, noOne);
      machine.perform(next);
      this.#did(next);
      current = next.kind === 'step' ? next.thread : noOne;
    }
  }

  /**
   * Lets a thread go on until it waits or ends.
   *
   * @returns false if it came to a state that is not to be explored
   */
  #runOn(running: number): boolean {
    const machine = this.#machine;
    let isNew = true as boolean;
    machine.run(running, () => {
      if (this.#foundViolation()) return stop;
      isNew = this.#arrive(running);
      if (!isNew) return stop;
      this.#keepOthers(running);
      const alternatives = machine.alternatives(running);
      for (let alternative = 1; alternative < alternatives; alternative++) {
        this.#keep({ kind: 'step', thread: running, alternative }, running);
      }
      this.#did({ kind: 'step', thread: running, alternative: alternatives > 0 ? 0 : -1 });
      return 0;
    });
    return isNew;
  }

  #did(action: Action): void {
    this.#path = { before: this.#path, action };
  }

  /** Keeps what else could be done instead of a step of `running`, which could go on. */
  #keepOthers(running: number): void {
    for (const action of this.#machine.actions()) {
      if (action.kind === 'drain') this.#keep(action, running);
      else if (action.thread === running) continue;
      else if (this.#preemptions === this.#bound) this.#cut = true;
      else this.#deferred.push({ path: { before: this.#path, action }, current: action.thread });
    }
  }

  #keep(action: Action, current: number): void {
    this.#branches.push({
      path: { before: this.#path, action },
      current: action.kind === 'step' ? action.thread : current,
    });
  }

  /** Whether the current state is to be explored: it is new, and the search goes on. */
  #arrive(running: number): boolean {
    if (this.#poll.tick()) return false;
    if (this.#visited !== null) {
      const state = `${this.#machine.state()}${String(running)}`;
      if (this.#visited.has(state)) return false;
      this.#visited.add(state);
    }
    this.#states++;
    return true;
  }

  #foundViolation(): boolean {
    const violation = this.#machine.violations[0];
    if (violation === undefined) return false;
    this.#violation ??= {
      ...foundViolation(violation, actionsOf(this.#path)),
      preemptions: this.#preemptions,
    };
    return true;
  }

  #end(): void {
    switch (this.#machine.outcome()) {
      case 'excluded':
        this.#excluded++;
        return;
      case 'deadlock':
        this.#deadlocks++;
        this.#deadlock ??= toSchedule(actionsOf(this.#path));
        return;
      case 'execution': {
        this.#executions++;
        const violation = this.#machine.finish();
        if (violation === null) return;
        this.#violation = {
          ...foundViolation(violation, actionsOf(this.#path)),
          preemptions: this.#preemptions,
        };
      }
    }
  }
}
