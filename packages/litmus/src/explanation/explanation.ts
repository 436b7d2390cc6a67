import {
  type AxiomViolation,
  type CandidateExecution,
  type CycleEdge,
  type ReferenceModel,
  referenceSc,
} from '@pagerace/memory-models/reference';

import { type Proposition, propositionText } from '../condition.js';
import { anyCandidates } from '../execution/any-candidates.js';
import { eachExecution } from '../execution/executions.js';
import { type Limit, limitOf, type LimitOptions } from '../execution/limit.js';
import { allowsCircularCopies } from '../execution/copies.js';
import { allRuns } from '../execution/runs.js';
import { type Combination } from '../execution/structure.js';
import { type LitmusTest } from '../test.js';

/** One execution, complete but for the judgement. */
export interface Candidate {
  readonly execution: CandidateExecution;
  readonly combination: Combination;
}

/** Why a verdict is as it is. */
export type Explanation = {
  /** The proposition that is fulfilled, or cannot be. */
  readonly proposition: string;
} & (
  | {
      /** An execution fulfils it. */
      readonly kind: 'witness';
      readonly candidate: Candidate;
      /** Why no interleaving does, where none does. */
      readonly weak?: readonly CycleEdge[];
    }
  | {
      /** Executions would fulfil it, but the model forbids each. */
      readonly kind: 'forbidden';
      readonly model: string;
      readonly candidate: Candidate;
      readonly violation: AxiomViolation;
      /** How many candidates each axiom forbids, among as many as were looked at. */
      readonly axioms: Readonly<Record<string, number>>;
      /** Whether there are more candidates than were looked at. */
      readonly areMore: boolean;
    }
  | {
      /** Whatever is read from where, the values do not come out. */
      readonly kind: 'unreachable';
    }
);

/** Looks at no more candidates than this: it is after a short cycle, not after all of them. */
const enough = 512;

/**
 * Explains a verdict: by an execution in which a test's proposition holds (for `forall`, in which it does
 * not), or else by the cycle that forbids one that comes close.
 *
 * @throws LimitReached when it takes longer than `timeLimit`.
 */
export function explain(
  test: LitmusTest,
  model: ReferenceModel,
  options: LimitOptions = {},
): Explanation {
  const { quantifier, proposition } = test.condition;
  const sought: Proposition =
    quantifier === 'forall' ? { kind: 'not', part: proposition } : proposition;
  return explainProposition(test, model, sought, limitOf(options));
}

function explainProposition(
  test: LitmusTest,
  model: ReferenceModel,
  proposition: Proposition,
  limit: Limit,
): Explanation {
  const withCopies = allowsCircularCopies(model);
  const { runs } = allRuns(test.threads, test.initial, limit, { withCopies });
  const told = { proposition: propositionText(proposition) };
  let explanation: Explanation | undefined;
  eachExecution(test, runs, model, proposition, limit, (candidate) => {
    const judgement = referenceSc.check(candidate.execution);
    const weak = judgement.consistent ? {} : { weak: judgement.violation.cycle };
    explanation = { ...told, kind: 'witness', candidate, ...weak };
    return true;
  });
  if (explanation) return explanation;

  const forbidden = (found: Forbidden): Explanation => ({
    ...told,
    kind: 'forbidden',
    model: model.id,
    ...found,
  });
  // What breaks coherence alone breaks it in many ways: first what a weaker model would allow.
  const coherent = new Closest(model);
  eachExecution(test, runs, permissive, proposition, limit, (found) => coherent.take(found));
  if (coherent.found) return forbidden(coherent.found);
  const any = new Closest(model);
  const { runs: anyRuns } = allRuns(test.threads, test.initial, limit, { isCoherent: false });
  anyCandidates(test, anyRuns, proposition, limit, enough, (candidate) => any.take(candidate));
  return any.found ? forbidden(any.found) : { ...told, kind: 'unreachable' };
}

/** Allows whatever is coherent. */
const permissive: ReferenceModel = {
  id: 'coherence',
  title: 'coherence alone',
  source: 'cat: acyclic po-loc | rf | co | fr',
  check: () => ({ consistent: true, flags: [] }),
};

type Forbidden = Pick<
  Explanation & { readonly kind: 'forbidden' },
  'candidate' | 'violation' | 'axioms' | 'areMore'
>;

/** The candidate with the shortest cycle; one that breaks the rules of locks, say, has none. */
class Closest {
  #closest: Pick<Forbidden, 'candidate' | 'violation'> | undefined;
  readonly #axioms: Record<string, number> = {};
  #count = 0;

  constructor(readonly model: ReferenceModel) {}

  get found(): Forbidden | undefined {
    const areMore = this.#count >= enough;
    return this.#closest && { ...this.#closest, axioms: this.#axioms, areMore };
  }

  /** @returns true if it has seen enough */
  take({ execution, combination }: Candidate): boolean {
    const judgement = this.model.check(execution);
    if (judgement.consistent) return false;
    const { violation } = judgement;
    this.#axioms[violation.axiom] = (this.#axioms[violation.axiom] ?? 0) + 1;
    if (!this.#closest || stepsOf(violation) < stepsOf(this.#closest.violation)) {
      this.#closest = { candidate: { execution, combination }, violation };
    }
    return ++this.#count >= enough;
  }
}

function stepsOf({ cycle }: AxiomViolation): number {
  return cycle.at(-1)?.to === cycle[0]?.from ? cycle.length : Infinity;
}
