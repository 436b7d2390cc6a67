import { atomic, irreflexive, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type EventStructure } from './event-structure.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { union } from './relation.js';
import { anyOf, either, inTurn, named, only, repeatedly, type Term } from './term.js';

/**
 * Armv8, other-multi-copy-atomic: a write is seen by all other threads at once.
 *
 * After aarch64.cat, aarch64hwreqs.cat and aarch64deps.cat of the Arm Architecture Reference Manual, DDI
 * 0487, B2.3, as in herdtools7 at 5feffe4. Left out, since no event here stands for it: accesses of mixed
 * size (so that a single-copy-atomic class is one event), translation tables and TLBI, instruction fetches
 * and cache maintenance, memory tags, faults.
 */
export const referenceArmv8: ReferenceModel = {
  id: 'armv8',
  title: 'Armv8 (AArch64)',
  source:
    'aarch64.cat of the Arm Architecture Reference Manual (DDI 0487, B2.3), herdtools7 5feffe4',

  check(execution: CandidateExecution): Judgement {
    const { structure, rfe, rfi, coe, coi, fre, fri } = execution;
    const { R, W, poLoc, rmw } = structure;

    // Explicitly-hazard-ordered-before: a read, and a write that overwrites what a later read has seen.
    const ExpHazOb = inTurn(named('po-loc', poLoc.between(R, R)), named('fre', fre));
    // Hardware-required-ordered-before.
    const hwReqs = either(localHardwareRequirements(structure), ExpHazOb);
    // Observed-by.
    const obs = anyOf({ rfe, coe, fre });
    // Ordered-before.
    const ob = repeatedly(either(hwReqs, obs));

    return judge(
      // External visibility requirement.
      irreflexive('external', ob) ??
        // Internal visibility requirements.
        irreflexive(
          'coRW1-Exp',
          inTurn(anyOf({ 'po-loc': poLoc.between(R, W), rmw }), named('rfi', rfi)),
        ) ??
        irreflexive('coWW-Exp', inTurn(named('po-loc', poLoc.between(W, W)), named('coi', coi))) ??
        irreflexive('coWR-Exp', inTurn(named('po-loc', poLoc.between(W, R)), named('fri', fri))) ??
        // Atomic; a pair with a write of its own thread between is not held to it.
        atomic('atomic', execution, rmw.minus(fri.then(coi))),
    );
  },
};

/** Local-hw-reqs: what a thread's own program keeps in order. */
function localHardwareRequirements(structure: EventStructure): Term {
  return structure.derived('armv8: local-hw-reqs', () => {
    const { R, W, M, po, poLoc, addr, data, ctrl, pick, rmw } = structure;
    const A = structure.tagged('A').and(R);
    const Q = structure.tagged('Q').and(R);
    const L = structure.tagged('L').and(W);
    const ISB = structure.tagged('ISB');
    const noReturn = structure.tagged('NoRet');
    const returningReads = R.minus(noReturn);
    const amo = rmw.from(structure.tagged('X'));

    const dmbFull = structure.fencerel('DMB.SY', 'DMB.ISH', 'DMB.OSH', 'DMB.NSH');
    const dmbLd = structure.fencerel('DMB.LD', 'DMB.ISHLD', 'DMB.OSHLD', 'DMB.NSHLD');
    const dmbSt = structure.fencerel('DMB.ST', 'DMB.ISHST', 'DMB.OSHST', 'DMB.NSHST');
    const dsbFull = structure.fencerel('DSB.SY', 'DSB.ISH', 'DSB.OSH', 'DSB.NSH');
    const dsbLd = structure.fencerel('DSB.LD', 'DSB.ISHLD', 'DSB.OSHLD', 'DSB.NSHLD');
    const dsbSt = structure.fencerel('DSB.ST', 'DSB.ISHST', 'DSB.OSHST', 'DSB.NSHST');

    // Local memory write successor, local memory read successor.
    const lmws = poLoc.between(M, W);
    const lmrs = poLoc.between(W, R).minus(poLoc.to(W).then(poLoc));

    // DSB-ordered-before: unlike a DMB's, its order holds for everything after it, not accesses alone.
    const dsbOb = union(dsbFull.from(M), dsbLd.from(returningReads), dsbSt.from(W));

    // IFB-ordered-before: an ISB waits for the branches, addresses and DSBs before it.
    const anyAddr = addr.or(pick.addr);
    const beforeIsb = union(ctrl, pick.ctrl, anyAddr.to(M).then(po), dsbOb).to(ISB);
    const ifbOb = beforeIsb.then(po);

    // Dependency-ordered-before.
    const dob = anyOf({
      addr,
      data,
      ctrl: ctrl.to(W),
      'addr;po': addr.to(M).then(po).to(W),
      'addr;lmrs': addr.to(M).then(lmrs),
      'data;lmrs': data.to(M).then(lmrs),
    });

    // A compare-and-swap's read picks its own write: that passes on, but is no dependency between instructions.
    const pickData = pick.data.minus(rmw);
    // Pick-basic-dependency, as far as to a read of what the thread itself has written.
    const pickBasic = union(pick.addr.to(W), pick.data).then(lmrs);

    // Pick-ordered-before.
    const pob = anyOf({
      'pick-addr': pick.addr.to(W),
      'pick-data': pickData,
      'pick-ctrl': pick.ctrl.to(W),
      'pick-addr;po': pick.addr.to(M).then(po).to(W),
    });

    // Atomic-ordered-before.
    const aob = anyOf({ rmw, 'rmw;lmrs': rmw.then(lmrs).to(A.or(Q)) });

    // Barrier-ordered-before.
    const bob = anyOf({
      'dmb.full': dmbFull.between(M, M),
      'dmb.ld': dmbLd.between(returningReads, M),
      'dmb.st': dmbSt.between(W, W),
      // After an atomic instruction with both acquire and release, as after a full barrier.
      'amo-AL;po': po.between(amo.between(A, L).range(), M),
      'L;po;A': po.between(L, A),
      'A;po': po.between(A.or(Q), M),
      'po;L': po.between(M, L),
    });

    // Locally-ordered-before; through a pick dependency only as far as to a write.
    const lob = repeatedly(
      either(anyOf({ 'dsb-ob': dsbOb, 'ifb-ob': ifbOb, lmws }), dob, pob, aob, bob),
    );
    const pickDep = anyOf({
      'pick-addr': pick.addr,
      'pick-data': pickData,
      'pick-ctrl': pick.ctrl,
      'pick-basic': pickBasic,
    });
    return either(lob, inTurn(pickDep, lob, only(W)));
  });
}
