import { acyclic, atomic, communications, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { gracePeriods } from './grace-periods.js';
import { lockAxioms, lockFlags, lockStructure } from './locks.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { either, named } from './term.js';

/** Sequential consistency: one order of all events, in which each read sees the last write. */
export const referenceSc: ReferenceModel = {
  id: 'sc',
  title: 'sequential consistency',
  source:
    'Lamport, "How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs", 1979; sc.cat of herdtools7',

  check(execution: CandidateExecution): Judgement {
    const { structure } = execution;
    const order = either(named('po', structure.po), communications(execution));
    return judge(
      lockAxioms(execution) ??
        // sc.cat: empty rmw & (fre;coe)
        atomic('atom', execution, structure.rmw.or(lockStructure(structure).lkRmw)) ??
        // sc.cat: acyclic po | fr | rf | co
        acyclic('sc', order) ??
        gracePeriods(execution, order),
      () => lockFlags(structure),
    );
  },
};
