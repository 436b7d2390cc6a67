import type { Result } from '@pagerace/explorer';
import { isBroken } from '@pagerace/report';
import { type Assignment, isAtLeast } from './assignment.js';

/** Explores the kernel with an assignment; may stop at the first violation. */
export type Explore = (assignment: Assignment) => Promise<Result>;

/** What is known of an assignment. */
export interface Judgement {
  /** `unknown`: the exploration ended early without a violation, or was vacuous. */
  readonly safety: 'safe' | 'unsafe' | 'unknown';
  /** What was explored. */
  readonly assignment: Assignment;
  readonly result: Result;
}

/**
 * Tells which assignments are safe, and explores only those that no earlier exploration tells of.
 * What orders less allows every execution that was allowed before: an assignment that is stronger than
 * a safe one is safe, and one that is weaker than an unsafe one is unsafe by the same counterexample.
 */
export class Safety {
  readonly #known: Judgement[] = [];

  constructor(private readonly explore: Explore) {}

  /** How many explorations were made. */
  get explorations(): number {
    return this.#known.length;
  }

  async judge(assignment: Assignment): Promise<Judgement> {
    const known = this.#known.find((one) => tellsOf(one, assignment));
    if (known !== undefined) return known;
    const result = await this.explore(assignment);
    const judgement = { safety: safetyOf(result), assignment, result };
    this.#known.push(judgement);
    return judgement;
  }
}

function tellsOf({ safety, assignment: known }: Judgement, assignment: Assignment): boolean {
  switch (safety) {
    case 'safe':
      return isAtLeast(assignment, known);
    case 'unsafe':
      return isAtLeast(known, assignment);
    case 'unknown':
      return isAtLeast(assignment, known) && isAtLeast(known, assignment);
  }
}

function safetyOf(result: Result): Judgement['safety'] {
  if (isBroken(result)) return 'unsafe';
  return result.verdict === 'verified' ? 'safe' : 'unknown';
}
