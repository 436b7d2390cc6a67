import { acyclic, atomic, communications, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type EventStructure } from './event-structure.js';
import { type EventSet } from './event-set.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { type Relation, union } from './relation.js';
import { anyOf, either, named, type Term } from './term.js';

/**
 * RVWMO, RISC-V's model: other-multi-copy-atomic, with release and acquire that are RCsc on the
 * read-modify-writes that carry them.
 *
 * After riscv.cat and riscv-defs.cat of herdtools7, that is The RISC-V Instruction Set Manual, Volume I,
 * "RVWMO Memory Consistency Model", rules 1 to 13, in their order and by their numbers.
 */
export const referenceRiscv: ReferenceModel = {
  id: 'riscv',
  title: 'RVWMO (RISC-V)',
  source:
    'The RISC-V Instruction Set Manual, Volume I, RVWMO; riscv.cat and riscv-defs.cat of herdtools7',

  check(execution: CandidateExecution): Judgement {
    const { structure, rf, rfi, rfe, co, fr } = execution;
    const { R, W, poLoc, addr, data } = structure;
    const { AMO, SC } = kindsOf(structure);

    // Overlapping-address orderings that depend on what was read.
    const rsw = rf.inverse().then(rf);
    const r2 = poLocNoW(structure).between(R, R).minus(rsw);
    const r3 = rfi.from(AMO.or(SC));
    // A pipeline dependency, through a write that is read back.
    const r12 = addr.or(data).to(W).then(rfi);
    const ppo = either(fixedOrder(structure), anyOf({ r2, r3, r12 }));

    return judge(
      acyclic('Coherence', either(communications(execution), named('po-loc', poLoc))) ??
        acyclic('Model', either(anyOf({ co, rfe, fr }), ppo)) ??
        atomic('Atomic', execution),
    );
  },
};

function kindsOf(structure: EventStructure): { AMO: EventSet; SC: EventSet } {
  return { AMO: structure.tagged('X'), SC: structure.tagged('EX').and(structure.W) };
}

/** po-loc without a write between. */
function poLocNoW(structure: EventStructure): Relation {
  return structure.derived('riscv: po-loc-no-w', () => {
    const { poLoc, W } = structure;
    return poLoc.minus(poLoc.optional().to(W).then(poLoc));
  });
}

/** The rules of preserved program order that depend on the program alone. */
function fixedOrder(structure: EventStructure): Term {
  return structure.derived('riscv: ppo', () => {
    const { R, W, M, po, poLoc, addr, data, ctrl, rmw } = structure;
    const AQ = structure.tagged('Acq', 'AcqRel');
    const RL = structure.tagged('Rel', 'AcqRel');
    const RCsc = AQ.or(RL).and(structure.tagged('EX', 'X'));
    const accesses = { r: R, w: W, rw: M };
    const fences = (['r', 'w', 'rw'] as const).flatMap((before) =>
      (['r', 'w', 'rw'] as const).map((after) =>
        structure.fencerel(`Fence.${before}.${after}`).between(accesses[before], accesses[after]),
      ),
    );
    const tso = structure.fencerel('Fence.tso');
    return anyOf({
      // Overlapping-address orderings.
      r1: poLoc.between(M, W),
      // Explicit synchronization.
      fence: union(tso.between(W, W), tso.between(R, M), ...fences),
      r5: po.between(AQ, M),
      r6: po.between(M, RL),
      r7: po.between(RCsc, RCsc),
      r8: rmw,
      // Syntactic dependencies.
      addr: addr.between(M, M),
      data: data.between(M, W),
      ctrl: ctrl.between(M, W),
      // Pipeline dependencies, of which r12 depends on what is read.
      r13: addr.between(M, M).then(po).to(W),
    });
  });
}
