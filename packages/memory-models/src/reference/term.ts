import { type EventSet } from './event-set.js';
import { type CycleEdge } from './reference-model.js';
import { Relation } from './relation.js';

/**
 * A relation that can say how it comes to relate two events: a cycle of `prop ; strong-fence ; hb*` is
 * told as the `fre`, `mb` and `rfe` of which it is made.
 */
export interface Term {
  readonly relation: Relation;
  /** The steps by which it leads from one event to another; called only for pairs that it relates. */
  explain(from: number, to: number): readonly CycleEdge[];
}

/** A relation told by its own name. */
export function named(name: string, relation: Relation): Term {
  return { relation, explain: (from, to) => [{ from, to, name }] };
}

/** Several relations told by their own names: any of them. */
export function anyOf(relations: Readonly<Record<string, Relation>>): Term {
  const [first, ...others] = Object.entries(relations).map(([name, relation]) =>
    named(name, relation),
  );
  return either(first!, ...others);
}

/** cat's `[A]`: stays where it is, and takes no step. */
export function only(set: EventSet): Term {
  return { relation: Relation.identity(set), explain: () => [] };
}

/** cat's `r | s`. */
export function either(first: Term, ...others: readonly Term[]): Term {
  const terms = [first, ...others];
  return {
    relation: first.relation.or(...others.map((term) => term.relation)),
    explain: (from, to) =>
      terms.find((term) => term.relation.has(from, to))?.explain(from, to) ?? [],
  };
}

/** cat's `r ; s`. */
export function inTurn(first: Term, ...others: readonly Term[]): Term {
  return others.reduce(
    (soFar, next) => ({
      relation: soFar.relation.then(next.relation),
      explain: (from, to) => {
        const via = soFar.relation.successors(from).find((event) => next.relation.has(event, to))!;
        return [...soFar.explain(from, via), ...next.explain(via, to)];
      },
    }),
    first,
  );
}

/** cat's `r & s`, told as `term`. */
export function within(term: Term, bounds: Relation): Term {
  return { relation: term.relation.and(bounds), explain: (from, to) => term.explain(from, to) };
}

/** cat's `r?`. */
export function optionally(term: Term): Term {
  return {
    relation: term.relation.optional(),
    explain: (from, to) => (from === to ? [] : term.explain(from, to)),
  };
}

/** cat's `r+`. */
export function repeatedly(term: Term): Term {
  return {
    relation: term.relation.plus(),
    explain: (from, to) => alongPath(term, term.relation.path(from, to)!),
  };
}

/** cat's `r*`. */
export function anyNumberOf(term: Term): Term {
  return optionally(repeatedly(term));
}

/** The steps along a path of events, each related to the next. */
export function alongPath(term: Term, path: readonly number[]): readonly CycleEdge[] {
  return path.slice(1).flatMap((to, i) => term.explain(path[i]!, to));
}
