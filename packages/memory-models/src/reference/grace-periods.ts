import { irreflexive } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { rcuCriticalSections, srcuCriticalSections } from './lkmm-annotations.js';
import { type AxiomViolation } from './reference-model.js';
import { Relation } from './relation.js';
import { anyNumberOf, either, inTurn, named, only, optionally, type Term, within } from './term.js';

/**
 * rcu-order: sequences of grace periods and read-side critical sections, joined by rcu-link, with at least
 * as many of the former; such a sequence orders as one strong fence across CPUs does. Of SRCU's, a grace
 * period is matched by sections of the same struct srcu_struct alone.
 */
export function rcuOrder(execution: CandidateExecution, rcuLink: Term): Term {
  const { structure } = execution;
  const { loc, size } = structure;
  const rcuGp = only(structure.tagged('Sync-rcu'));
  const srcuGp = only(structure.tagged('Sync-srcu'));
  const gps = either(rcuGp, srcuGp);
  if (gps.relation.isEmpty) return named('rcu-order', Relation.none(size));

  const rcuRscsi = named('rcu-rscs^-1', rcuCriticalSections(structure).inverse());
  const srcuRscsi = named('srcu-rscs^-1', srcuCriticalSections(execution).inverse());
  /** A grace period and a section, in either order, with `between` between them. */
  const balanced = (between: Term): Term =>
    either(
      inTurn(rcuGp, between, rcuRscsi),
      within(inTurn(srcuGp, between, srcuRscsi), loc),
      inTurn(rcuRscsi, between, rcuGp),
      within(inTurn(srcuRscsi, between, srcuGp), loc),
    );

  // The least solution of its recursive definition.
  let order = either(gps, balanced(rcuLink));
  for (;;) {
    const longer = inTurn(rcuLink, order, rcuLink);
    const next = either(order, balanced(longer), inTurn(order, rcuLink, order));
    if (next.relation.equals(order.relation)) return order;
    order = next;
  }
}

/**
 * RCU and SRCU for a model whose definition knows nothing of them: what LKMM asks of grace periods, with
 * the model's own order of accesses in the place of LKMM's.
 */
export function gracePeriods(
  execution: CandidateExecution,
  order: Term,
): AxiomViolation | undefined {
  const { structure } = execution;
  if (structure.tagged('Sync-rcu', 'Sync-srcu').isEmpty) return undefined;
  const po = named('po', structure.po);
  const ordered = anyNumberOf(order);
  const link = inTurn(optionally(po), ordered, po);
  return irreflexive('rcu', inTurn(po, rcuOrder(execution, link), optionally(po), ordered));
}
