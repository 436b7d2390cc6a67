import { acyclic, atomic, communications, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type EventStructure } from './event-structure.js';
import { gracePeriods } from './grace-periods.js';
import { lockAxioms, lockFlags, lockStructure } from './locks.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { anyOf, either, named, type Term } from './term.js';

/**
 * Total store order, the model of x86: a write may be overtaken by later reads of its thread.
 *
 * The accesses of a locked instruction carry the tag `X`. Those of the kernel's read-modify-writes and
 * locks are taken for such, and its full fences for MFENCE, as arch/x86 has them; its other fences, such as
 * smp_mb__after_atomic(), are for the compiler there.
 */
export const referenceTso: ReferenceModel = {
  id: 'tso',
  title: 'total store order (x86)',
  source:
    'x86tso.cat of herdtools7; Owens, Sarkar and Sewell, "A Better x86 Memory Model: x86-TSO", 2009',

  check(execution: CandidateExecution): Judgement {
    const { structure, rfe, fr, co } = execution;
    // let ghb = mfence | implied | po_ghb | rfe | fr | co
    const ghb = either(preservedOrder(structure), anyOf({ rfe, fr, co }));
    const rmw = structure.rmw.or(lockStructure(structure).lkRmw);
    return judge(
      lockAxioms(execution) ??
        // Uniproc check.
        acyclic('uniproc', either(named('po-loc', structure.poLoc), communications(execution))) ??
        // Atomic.
        atomic('atomic', execution, rmw) ??
        acyclic('tso', ghb) ??
        gracePeriods(execution, ghb),
      () => lockFlags(structure),
    );
  },
};

/** The program order that a store buffer keeps. */
function preservedOrder(structure: EventStructure): Term {
  return structure.derived('tso: preserved order', () => {
    const { po, R, W, M } = structure;
    const locked = structure.tagged('X', 'RMW').or(structure.kind('LKR'), structure.kind('LKW'));
    const mfence = structure.fencerel('MFENCE', 'Mb', 'Sync-rcu', 'Sync-srcu');
    // let po_ghb = WW(po) | RM(po)
    const po_ghb = po.between(W, W).or(po.between(R, M));
    // Implied barriers: MA(poWR) and AM(poWR), where A are the accesses of locked instructions.
    const poWR = po.between(W, R);
    const implied = poWR.to(locked).or(poWR.from(locked));
    return anyOf({ mfence, implied, po: po_ghb });
  });
}
