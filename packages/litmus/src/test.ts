import { type Condition, type Observable, type Proposition } from './condition.js';
import { type ThreadProgram } from './execution/thread.js';
import { type Value } from './value.js';

export type Architecture = 'C' | 'X86_64' | 'AArch64' | 'PPC' | 'RISCV';

/** What herd7 would observe, where a test's comment promises it. */
export type Observation = 'Never' | 'Sometimes' | 'Always';

/** What a test's comment `Result:` promises: `DEADLOCK` is that no execution comes to an end. */
export interface Expected {
  readonly observation: Observation | 'DEADLOCK';
  /** If there is a data race, as promised, the observation does not matter. */
  readonly dataRace: boolean;
}

/** A litmus test, ready to run. */
export interface LitmusTest {
  readonly file: string;
  readonly name: string;
  readonly architecture: Architecture;
  /** The first value of each location that the text initialises; others begin as 0. */
  readonly initial: ReadonlyMap<string, Value>;
  readonly threads: readonly ThreadProgram[];
  readonly condition: Condition;
  /** Executions that do not fulfil it do not count. */
  readonly filter?: Proposition;
  /** What to show of each state beside what the condition speaks of. */
  readonly locations: readonly Observable[];
  /** From a comment such as `Result: Never` or `Result: Sometimes DATARACE`. */
  readonly expected?: Expected;
}
