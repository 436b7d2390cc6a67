/**
 * What an exploration found out. Each verdict says what it covers; none but `verified` says that
 * nothing can go wrong.
 */
export type Verdict =
  /** Every execution was explored, and each satisfies every property. */
  | 'verified'
  /** Some execution violates a property. */
  | 'violated'
  /** Nothing was found in what was explored, and that was not everything. */
  | 'bounded'
  /** Every execution was explored, but a situation that the program is about never arose. */
  | 'vacuous'
  /** In some execution threads wait for what nobody will do. */
  | 'deadlock'
  /** The program cannot be explored. */
  | 'model error';

/** Why an exploration ended before everything was explored. */
export type Incompleteness =
  | 'first violation'
  | 'interrupted'
  | 'time limit'
  | 'execution limit'
  | 'thread length'
  | 'context bound'
  | 'sampling'
  | 'replay';

/** An execution that shows a violation. */
export interface Witness {
  /** Replays the execution; see `replay`. */
  readonly id: string;
  /** How often it goes from one thread to another, as told with the fewest. */
  readonly switches: number;
  /** The steps that no interleaving explains; 0 where sequential consistency alone reaches it. */
  readonly weakSteps: number;
  readonly steps: number;
}

/** What was found in some executions: a violation, or what {@link Result.observations} tell. */
export interface ViolationReport {
  /** The id of the property; `deadlock` for threads that never stop waiting. */
  readonly property: string;
  readonly message: string;
  /** The number of explored executions that violate it so. */
  readonly executions: number;
  /** The simplest execution among those explored. */
  readonly witness: Witness;
}

export interface Result {
  readonly verdict: Verdict;
  /** What the verdict covers, in one sentence. */
  readonly covers: string;
  /** Whether every execution was explored. */
  readonly complete: boolean;
  /** Why not, if not. */
  readonly incomplete?: Incompleteness;
  readonly model: string;
  /** Executions in which every thread ended, or one violated a property. */
  readonly executions: number;
  /** Among them, those that violate a property. */
  readonly violating: number;
  /** Graphs in which an assumption failed. */
  readonly blocked: number;
  /** Executions in which threads never stop waiting. */
  readonly deadlocks: number;
  readonly violations: readonly ViolationReport[];
  /** Outcomes that are no violations, told by `observe`; left out if there is none. */
  readonly observations?: readonly ViolationReport[];
  /** Situations that were announced and never arose. */
  readonly neverCovered: readonly string[];
  /** Of a `model error`: what is wrong with the program. */
  readonly error?: string;
  readonly milliseconds: number;
}
