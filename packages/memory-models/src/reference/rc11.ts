import { acyclic, empty, flagged, irreflexive, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { Relation } from './relation.js';
import {
  anyNumberOf,
  anyOf,
  either,
  inTurn,
  named,
  only,
  optionally,
  repeatedly,
  type Term,
  within,
} from './term.js';

/**
 * RC11: C11 with its sequentially consistent accesses repaired, and without cycles of program order and
 * reads-from.
 *
 * After Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing Sequential Consistency in C/C++11", PLDI 2017,
 * Definitions 1 to 3 and §4, and rc11.cat of herdtools7. The paper's names: `sb` is program order, `mo`
 * coherence, `rb` from-reads. An initial write happens before nothing here, where the paper has it before
 * everything; no axiom can tell, since it is first in coherence.
 */
export const referenceRc11: ReferenceModel = {
  id: 'rc11',
  title: 'RC11 (repaired C11)',
  source:
    'Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing Sequential Consistency in C/C++11", PLDI 2017; rc11.cat of herdtools7',
  check: (execution) => checkRc11(execution, optionally(named('sb', execution.structure.poLoc))),
};

/** RC11 with the release sequences of C++20 ([intro.races]; P0982R1), which read-modify-writes alone continue. */
export const referenceRc11Cpp20: ReferenceModel = {
  id: 'rc11-cpp20',
  title: "RC11 with C++20's release sequences",
  source: 'RC11 as above, PLDI 2017; C++20, [intro.races]; P0982R1, "Weaken Release Sequences"',
  check: (execution) => checkRc11(execution, only(execution.structure.all)),
};

/** @param ownWrites what of the writing thread's own later writes a release sequence goes on with */
function checkRc11(execution: CandidateExecution, ownWrites: Term): Judgement {
  const { structure, rf, co: mo, fr: rb } = execution;
  const { R, W, F, M, IW, po: sb, loc, ext, rmw } = structure;
  const REL = structure.tagged('REL', 'ACQ_REL', 'SC');
  const ACQ = structure.tagged('ACQ', 'ACQ_REL', 'SC');
  const SC = structure.tagged('SC');
  const atomics = structure.tagged('RLX', 'REL', 'ACQ', 'ACQ_REL', 'SC');

  const sbTerm = named('sb', sb);
  // Extended coherence order.
  const eco = repeatedly(anyOf({ rf, mo, rb }));
  // Release sequence.
  const rs = inTurn(
    only(W),
    ownWrites,
    only(W.and(atomics)),
    anyNumberOf(inTurn(named('rf', rf), named('rmw', rmw))),
  );
  // Synchronizes with.
  const sw = inTurn(
    only(REL),
    optionally(named('sb', sb.from(F))),
    rs,
    named('rf', rf),
    only(R.and(atomics)),
    optionally(named('sb', sb.to(F))),
    only(ACQ),
  );
  // Happens before.
  const hb = repeatedly(either(sbTerm, sw));

  // SC-before; partial SC, by accesses (base) and by fences.
  const sbl = named('sb', sb.minus(loc));
  const scb = either(sbTerm, inTurn(sbl, hb, sbl), within(hb, loc), anyOf({ mo, rb }));
  const scFences = only(F.and(SC));
  const pscBase = inTurn(
    either(only(SC), inTurn(scFences, optionally(hb))),
    scb,
    either(only(SC), inTurn(optionally(hb), scFences)),
  );
  const pscFence = inTurn(scFences, either(hb, inTurn(hb, eco, hb)), scFences);
  const psc = either(pscBase, pscFence);

  return judge(
    irreflexive('coherence', inTurn(hb, optionally(eco))) ??
      irreflexive('coherence-rmw', inTurn(named('rmw', rmw), eco)) ??
      empty('atomicity', within(inTurn(named('rb', rb), named('mo', mo)), rmw)) ??
      acyclic('SC', psc) ??
      acyclic('no-thin-air', anyOf({ sb, rf })),
    () => {
      // Conflicting accesses, not both atomic, that nothing orders.
      const conflicts = Relation.cross(W, M).or(Relation.cross(M, W)).and(loc, ext);
      const initial = Relation.cross(IW, M).or(Relation.cross(M, IW));
      const bothAtomic = Relation.cross(atomics, atomics);
      return flagged(
        'data-race',
        conflicts.minus(initial, hb.relation, hb.relation.inverse(), bothAtomic),
      );
    },
  );
}
