import type { Violation } from '../violation.js';
import { toSchedule, type Action, type Schedule } from './schedule.js';

/** How far a search over interleavings has come. */
export interface SearchProgress {
  /** States visited, or runs made when the search is random. */
  readonly visited: number;
  readonly executions: number;
  readonly deadlocks: number;
}

/** What every search over interleavings can be given. */
export interface SearchOptions {
  /** Asked now and then; `true` ends the search, and the result says so. */
  readonly shouldStop?: () => boolean;
  /** Called now and then with how far the search has come. */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** A violation and how to reach it. */
export interface FoundViolation {
  readonly property: string;
  readonly message: string;
  /** From the start up to the violation. */
  readonly schedule: Schedule;
}

/** The violation that the last action brought about. */
export function foundViolation(violation: Violation, actions: Iterable<Action>): FoundViolation {
  return {
    property: violation.property,
    message: violation.message,
    schedule: toSchedule(actions),
  };
}

const pollEvery = 1024;

/** Calls the caller's callbacks once in a while. */
export class Poll {
  #countdown = pollEvery;
  #stopped = false;

  constructor(
    private readonly options: SearchOptions,
    private readonly progress: () => SearchProgress,
  ) {}

  /** Whether the search has been told to stop. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** To be called once for every unit of work; returns whether to stop. */
  tick(): boolean {
    if (--this.#countdown > 0 || this.#stopped) return this.#stopped;
    this.#countdown = pollEvery;
    this.options.onProgress?.(this.progress());
    this.#stopped = this.options.shouldStop?.() ?? false;
    return this.#stopped;
  }
}
