import { type CandidateExecution } from './candidate-execution.js';
import { rcuCriticalSections, srcuCriticalSections } from './lkmm-annotations.js';
import { Relation, union } from './relation.js';
import { named, type Term } from './term.js';

/**
 * rcu-order: sequences of grace periods and read-side critical sections, joined by rcu-link, with at least
 * as many of the former; such a sequence orders as one strong fence across CPUs does. Of SRCU's, a grace
 * period is matched by sections of the same struct srcu_struct alone.
 */
export function rcuOrder(execution: CandidateExecution, rcuLink: Term): Term {
  const { structure } = execution;
  const { loc, size } = structure;
  const rcuGp = Relation.identity(structure.tagged('Sync-rcu'));
  const srcuGp = Relation.identity(structure.tagged('Sync-srcu'));
  const gps = rcuGp.or(srcuGp);
  if (gps.isEmpty) return named('rcu-order', Relation.none(size));

  const link = rcuLink.relation;
  const rcuRscsi = rcuCriticalSections(structure).inverse();
  const srcuRscsi = srcuCriticalSections(execution).inverse();
  /** A grace period and a section, in either order, with `between` between them. */
  const balanced = (between: Relation): Relation =>
    union(
      rcuGp.then(between).then(rcuRscsi),
      srcuGp.then(between).then(srcuRscsi).and(loc),
      rcuRscsi.then(between).then(rcuGp),
      srcuRscsi.then(between).then(srcuGp).and(loc),
    );

  // The least solution of its recursive definition.
  let order = gps.or(balanced(link));
  for (;;) {
    const longer = link.then(order).then(link);
    const next = union(order, balanced(longer), order.then(link).then(order));
    if (next.equals(order)) return named('rcu-order', order);
    order = next;
  }
}
