import type { Setup } from '../program.js';
import { InterleavingMachine } from './machine.js';
import type { MemoryKind } from './memory.js';
import type { Action } from './schedule.js';
import { foundViolation, Poll, type FoundViolation, type SearchOptions } from './search.js';

export interface EnumerateOptions extends SearchOptions {
  readonly memory: MemoryKind;
  /**
   * Whether to go on only once from a state that is reached in several ways. Off, every interleaving
   * is run to its end. Default on.
   */
  readonly remember?: boolean;
}

/** Everything that a program can do. */
export interface Enumeration {
  /**
   * The canonical text of every execution, and how many of the interleavings that were run to their
   * end gave it.
   */
  readonly executions: ReadonlyMap<string, number>;
  /** The same of the runs that ended with a thread that never stops waiting. */
  readonly deadlocks: ReadonlyMap<string, number>;
  /** How many runs an assumption excluded. */
  readonly excluded: number;
  /** One for each property and message. */
  readonly violations: readonly FoundViolation[];
  /** What `cover` was told. */
  readonly covered: ReadonlySet<string>;
  /** How many states were visited. */
  readonly states: number;
  /** Whether the search came to its end, and no thread was cut off. */
  readonly complete: boolean;
}

/**
 * Runs every interleaving of a program's threads, and of the drains of their store buffers.
 *
 * It is meant for small programs and for being obviously right: a depth-first search without any
 * reduction. Other searches are tested against it.
 */
export function enumerate(setup: Setup, options: EnumerateOptions): Enumeration {
  const machine = new InterleavingMachine(setup, options.memory);
  const remember = options.remember ?? true;
  const executions = new Map<string, number>();
  const deadlocks = new Map<string, number>();
  const violations = new Map<string, FoundViolation>();
  const visited = new Set<string>();
  const path: Action[] = [];
  let excluded = 0;
  let states = 0;
  const poll = new Poll(options, () => ({
    visited: states,
    executions: executions.size,
    deadlocks: deadlocks.size,
  }));

  const noteViolations = (): void => {
    for (const violation of machine.violations) {
      const key = `${violation.property}: ${violation.message}`;
      if (!violations.has(key)) violations.set(key, foundViolation(violation, path));
    }
  };

  const end = (): void => {
    const outcome = machine.outcome();
    if (outcome === 'excluded') {
      excluded++;
      return;
    }
    const texts = outcome === 'execution' ? executions : deadlocks;
    const text = machine.text();
    texts.set(text, (texts.get(text) ?? 0) + 1);
    if (outcome === 'execution') {
      const violation = machine.finish();
      const key = violation === null ? '' : `${violation.property}: ${violation.message}`;
      if (violation !== null && !violations.has(key)) {
        violations.set(key, foundViolation(violation, path));
      }
    }
  };

  const visit = (): void => {
    if (poll.tick()) return;
    if (remember) {
      const state = machine.state();
      if (visited.has(state)) return;
      visited.add(state);
    }
    states++;
    noteViolations();
    const actions = machine.actions();
    if (actions.length === 0) {
      end();
      return;
    }
    const here = machine.snapshot();
    for (const action of actions) {
      path.push(action);
      machine.perform(action);
      visit();
      machine.restore(here);
      path.pop();
    }
  };

  visit();
  return {
    executions,
    deadlocks,
    excluded,
    violations: [...violations.values()],
    covered: machine.covered,
    states,
    complete: !poll.stopped && machine.cutOff === undefined,
  };
}
