import { acyclic, atomic, communications, irreflexive, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { Relation, union } from './relation.js';
import { anyNumberOf, anyOf, either, inTurn, named, optionally, within } from './term.js';

/**
 * POWER, not multi-copy-atomic: a write may reach one thread before another, and fences are cumulative.
 *
 * After ppc.cat, ppo.cat, ppcfences.cat and ppc-checks.cat of herdtools7, that is Alglave, Maranget and
 * Tautschnig, "Herding Cats", TOPLAS 2014, Figs. 5, 17, 18 and 25.
 */
export const referencePower: ReferenceModel = {
  id: 'power',
  title: 'POWER',
  source:
    'Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; ppc.cat and ppc-checks.cat of herdtools7',

  check(execution: CandidateExecution): Judgement {
    const { structure, rfe, fre, co, coe } = execution;
    const { R, W, M, po, poLoc } = structure;

    const { sync, lwsync, eieio } = structure.derived('power: fences', () => ({
      sync: structure.fencerel('SYNC').between(M, M),
      lwsync: structure.fencerel('LWSYNC').between(M, M).minus(Relation.cross(W, R)),
      eieio: structure.fencerel('EIEIO').between(W, W),
    }));
    const strong = named('sync', sync);
    const light = anyOf({ lwsync, eieio });

    // ppc-checks.cat
    const fence = either(strong, light);
    const hb = either(named('ppo', preservedProgramOrder(execution)), fence, named('rfe', rfe));
    const hbstar = anyNumberOf(hb);
    const propbase = inTurn(optionally(named('rfe', rfe)), fence, hbstar);
    const chapo = either(anyOf({ rfe, fre, coe }), inTurn(anyOf({ fre, coe }), named('rfe', rfe)));
    const prop = either(
      within(propbase, Relation.cross(W, W)),
      inTurn(optionally(chapo), anyNumberOf(propbase), strong, hbstar),
    );
    const exclusive = structure.tagged('EX');

    return judge(
      acyclic('scperlocation', either(named('po-loc', poLoc), communications(execution))) ??
        atomic('atomic', execution) ??
        acyclic('thinair', hb) ??
        acyclic('propagation', either(named('co', co), prop)) ??
        irreflexive('observation', inTurn(named('fre', fre), prop, hbstar)) ??
        // Reservations are taken and stored in program order.
        acyclic('scXX', anyOf({ co, 'po-EX': po.between(exclusive, exclusive) })),
    );
  },
};

/** Preserved program order: the least solution of four relations between parts of instructions. */
function preservedProgramOrder(execution: CandidateExecution): Relation {
  const { structure, rfi, rfe, fre, coe } = execution;
  const { R, W, po, poLoc, addr, data, ctrl } = structure;

  const dd = addr.or(data);
  const rdw = poLoc.and(fre.then(rfe));
  const detour = poLoc.and(coe.then(rfe));
  const addrpo = addr.then(po);
  const ctrlisync = ctrl.to(structure.tagged('ISYNC')).then(po);

  // An instruction's initiation (i) or commit (c) comes before that of another: ii0, ic0, ci0, cc0.
  const ci0 = ctrlisync.or(detour);
  const ii0 = union(dd, rfi, rdw);
  const cc0 = union(dd, poLoc, ctrl, addrpo);

  // ppo.cat
  let ci = ci0;
  let ii = ii0;
  let cc = cc0;
  let ic = Relation.none(structure.size);
  for (;;) {
    const nextCi = union(ci0, ci.then(ii), cc.then(ci));
    const nextIi = union(ii0, ci, ic.then(ci), ii.then(ii));
    const nextCc = union(cc0, ci, ci.then(ic), cc.then(cc));
    const nextIc = union(ii, cc, ic.then(cc), ii.then(ic));
    const settled =
      nextCi.equals(ci) && nextIi.equals(ii) && nextCc.equals(cc) && nextIc.equals(ic);
    [ci, ii, cc, ic] = [nextCi, nextIi, nextCc, nextIc];
    if (settled) return ii.between(R, R).or(ic.between(R, W));
  }
}
