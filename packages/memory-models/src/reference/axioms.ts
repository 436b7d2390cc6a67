import { type CandidateExecution } from './candidate-execution.js';
import {
  type AxiomViolation,
  type CycleEdge,
  type Flag,
  type Judgement,
} from './reference-model.js';
import { type Relation } from './relation.js';
import { alongPath, anyOf, type Term } from './term.js';

/** cat's `acyclic r as name`; what breaks it, if anything does. */
export function acyclic(axiom: string, term: Term): AxiomViolation | undefined {
  if (term.relation.isAcyclic) return undefined;
  return { axiom, cycle: withoutDetours(alongPath(term, term.relation.cycle()!)) };
}

/** cat's `irreflexive r as name`. */
export function irreflexive(axiom: string, term: Term): AxiomViolation | undefined {
  const { relation } = term;
  for (let event = 0; event < relation.size; event++) {
    if (relation.has(event, event)) {
      return { axiom, cycle: withoutDetours(term.explain(event, event)) };
    }
  }
  return undefined;
}

/** cat's `empty r as name`. */
export function empty(axiom: string, term: Term): AxiomViolation | undefined {
  if (term.relation.isEmpty) return undefined;
  const [from, to] = term.relation.pairs()[0]!;
  return { axiom, cycle: term.explain(from, to) };
}

/** Two steps of program order are one. */
function withoutDetours(cycle: readonly CycleEdge[]): CycleEdge[] {
  const told: CycleEdge[] = [];
  for (const edge of cycle) {
    const last = told.at(-1);
    if (last?.name === 'po' && edge.name === 'po') told.splice(-1, 1, { ...last, to: edge.to });
    else told.push(edge);
  }
  const first = told[0];
  const last = told.at(-1);
  if (first && last && told.length > 2 && first.name === 'po' && last.name === 'po') {
    told.pop();
    told[0] = { ...first, from: last.from };
  }
  return told;
}

/**
 * `empty rmw & (fre ; coe)`: no write of another thread comes between the read and the write of a
 * read-modify-write. Every model here has it.
 */
export function atomic(
  axiom: string,
  execution: CandidateExecution,
  rmw: Relation = execution.structure.rmw,
): AxiomViolation | undefined {
  const { fre, coe } = execution;
  for (const [read, write] of rmw.pairs()) {
    const between = fre.successors(read).find((other) => coe.has(other, write));
    if (between === undefined) continue;
    return {
      axiom,
      cycle: [
        { from: read, to: between, name: 'fre' },
        { from: between, to: write, name: 'coe' },
        { from: write, to: read, name: 'rmw^-1' },
      ],
    };
  }
  return undefined;
}

/** The communications, rf, co and fr, each told as of one thread or of two. */
export function communications(execution: CandidateExecution): Term {
  const { rfe, rfi, coe, coi, fre, fri } = execution;
  return anyOf({ rfe, rfi, coe, coi, fre, fri });
}

/** cat's `flag ~empty r as name`: none, or one. */
export function flagged(name: string, relation: Relation): readonly Flag[] {
  if (relation.isEmpty) return [];
  const [from, to] = relation.pairs()[0]!;
  return [{ name, events: from === to ? [from] : [from, to] }];
}

/** The judgement of a model whose axioms hold but for `violation`. */
export function judge(
  violation: AxiomViolation | undefined,
  flags: () => readonly Flag[] = () => [],
): Judgement {
  return violation ? { consistent: false, violation } : { consistent: true, flags: flags() };
}
