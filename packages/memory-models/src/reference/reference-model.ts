import { type CandidateExecution } from './candidate-execution.js';

/** One step of a cycle. */
export interface CycleEdge {
  readonly from: number;
  readonly to: number;
  /** The relation that takes it, in the model's own words: `rfe`, `ppo`, `mb` … */
  readonly name: string;
}

/** An axiom that an execution breaks, and how. */
export interface AxiomViolation {
  /** The axiom's name in the model's published definition. */
  readonly axiom: string;
  /** A shortest cycle, or the one pair of an axiom that wants a relation empty. */
  readonly cycle: readonly CycleEdge[];
}

/** Something to tell about an execution that is consistent nevertheless, such as a data race. */
export interface Flag {
  /** Its name in the model's published definition: `data-race`, `mixed-accesses` … */
  readonly name: string;
  readonly events: readonly number[];
}

/** What a model says of a candidate execution. */
export type Judgement =
  | { readonly consistent: true; readonly flags: readonly Flag[] }
  | { readonly consistent: false; readonly violation: AxiomViolation };

/** A memory model in the form in which it was published: relations, and axioms over them. */
export interface ReferenceModel {
  readonly id: string;
  readonly title: string;
  /** The definition that this one follows. */
  readonly source: string;
  check(execution: CandidateExecution): Judgement;
}
