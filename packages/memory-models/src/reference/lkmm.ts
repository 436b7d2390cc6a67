import { acyclic, atomic, communications, empty, irreflexive, judge } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type EventStructure } from './event-structure.js';
import { rcuOrder } from './grace-periods.js';
import { annotationFlags, annotations, dependencies } from './lkmm-annotations.js';
import { plainAccesses } from './lkmm-plain-accesses.js';
import { lockAxioms, lockFlags, lockStructure } from './locks.js';
import { type Judgement, type ReferenceModel } from './reference-model.js';
import { Relation, union } from './relation.js';
import {
  anyNumberOf,
  anyOf,
  either,
  inTurn,
  named,
  only,
  optionally,
  type Term,
  within,
} from './term.js';

/**
 * The Linux kernel's memory model (LKMM).
 *
 * After linux-kernel.cat, linux-kernel.bell and lock.cat of the kernel's tools/memory-model, in the version
 * for herd7's variant `lkmmv2`, whose fully ordered read-modify-writes carry the tag `Mb` (herdtools7 at
 * 5feffe4, catalogue/linux). The names are theirs. Alglave, Maranget, McKenney, Parri and Stern,
 * "Frightening Small Children and Disconcerting Grown-ups: Concurrency in the Linux Kernel", ASPLOS 2018;
 * tools/memory-model/Documentation/explanation.txt.
 */
export const referenceLkmm: ReferenceModel = {
  id: 'lkmm',
  title: 'Linux kernel memory model',
  source:
    'linux-kernel.cat, linux-kernel.bell and lock.cat of tools/memory-model in the Linux kernel, version of lkmmv2',

  check(execution: CandidateExecution): Judgement {
    const { structure, rf, rfe, rfi, co, fr } = execution;
    const { R, W, po, poLoc, int, ext, all } = structure;
    const { Marked, Plain } = annotations(structure);
    const rmw = structure.rmw.or(lockStructure(structure).lkRmw);

    const impossible =
      lockAxioms(execution) ??
      // Fundamental coherence ordering: sequential consistency per variable, atomic read-modify-writes.
      acyclic('coherence', either(named('po-loc', poLoc), communications(execution))) ??
      atomic('atomic', execution, rmw);
    if (impossible) return judge(impossible);

    // Basic relations.
    const { rmb, wmb, acqPo, poRel, gp } = fences(structure);
    const poUnlockLockPo = unlockLock(structure, rf);
    const mb = strongBarriers(structure, poUnlockLockPo);
    const strongFence = anyOf({ mb, gp });
    const nonrwFence = either(strongFence, anyOf({ 'po-rel': poRel, 'acq-po': acqPo }));
    const fence = either(nonrwFence, anyOf({ wmb, rmb }));
    const unlockLockTerm = named('po-unlock-lock-po', poUnlockLockPo);

    // Preserved program order.
    const { addr, data, ctrl } = dependencies(execution);
    const dep = addr.or(data);
    const overwrite = co.or(fr);
    const toW = anyOf({
      addr: addr.to(W),
      data: data.to(W),
      ctrl: ctrl.to(W),
      overwrite: overwrite.and(int),
      'addr;wmb': addr.to(Plain).then(wmb),
    });
    const toR = anyOf({ addr: addr.to(R), 'dep;rfi': dep.to(Marked).then(rfi) });
    const ppo = either(toR, toW, within(fence, int), within(unlockLockTerm, int));

    // Propagation: ordering from release operations and strong fences.
    const marked = only(Marked);
    const rfeTerm = named('rfe', rfe);
    const cumulative = (term: Term): Term => inTurn(optionally(inTurn(rfeTerm, marked)), term);
    const rmwSequence = anyNumberOf(inTurn(named('rf', rf), named('rmw', rmw)));
    const cumulFence = inTurn(
      marked,
      either(
        cumulative(either(strongFence, named('po-rel', poRel))),
        named('wmb', wmb),
        unlockLockTerm,
      ),
      marked,
      rmwSequence,
    );
    const cumulFences = anyNumberOf(cumulFence);
    const prop = inTurn(
      marked,
      optionally(within(anyOf({ coe: co, fre: fr }), ext)),
      cumulFences,
      marked,
      optionally(rfeTerm),
      marked,
    );

    // Happens-before: ordering from the passage of time.
    const propInt = within(prop, int.minus(Relation.identity(all)));
    const hb = inTurn(marked, either(ppo, rfeTerm, propInt), marked);
    const late = acyclic('happens-before', hb);
    if (late) return judge(late);

    // Propagation: each link that is no reads-from needs a strong fence.
    const hbs = anyNumberOf(hb);
    const pb = inTurn(prop, strongFence, hbs, marked);
    const unpropagated = acyclic('propagation', pb);
    if (unpropagated) return judge(unpropagated);

    // RCU.
    const pbs = anyNumberOf(pb);
    const poTerm = named('po', po);
    const rcuLink = inTurn(optionally(poTerm), hbs, pbs, prop, poTerm);
    const rcuFence = inTurn(poTerm, rcuOrder(execution, rcuLink), optionally(poTerm));
    const rb = inTurn(prop, rcuFence, hbs, pbs, marked);
    const tooEarly = irreflexive('rcu', rb);
    if (tooEarly) return judge(tooEarly);

    const flags = () => [...annotationFlags(execution), ...lockFlags(structure)];
    if (Plain.isEmpty) return judge(undefined, flags);

    // Plain accesses and data races.
    const plain = plainAccesses(execution, {
      addr,
      nonrwFence: nonrwFence.relation,
      fence: fence.relation.or(rcuFence.relation),
      strongFence: strongFence.relation.or(rcuFence.relation),
      cumulFences: cumulFences.relation,
      rmwSequence: rmwSequence.relation,
      xbstar: union(hb.relation, pb.relation, rb.relation).star(),
    });
    return judge(empty('plain-coherence', plain.incoherent), () => [...flags(), ...plain.flags()]);
  },
};

interface Fences {
  readonly rmb: Relation;
  readonly wmb: Relation;
  readonly acqPo: Relation;
  readonly poRel: Relation;
  readonly gp: Relation;
}

/** Release and acquire; fences that only the program's text decides. */
function fences(structure: EventStructure): Fences {
  return structure.derived('lkmm: fences', () => {
    const { R, W, M, po } = structure;
    const { Acquire, Release, Noreturn } = annotations(structure);
    // Reads for which smp_rmb() works.
    const R4rmb = R.minus(Noreturn);
    return {
      acqPo: po.between(Acquire, M),
      poRel: po.between(M, Release),
      rmb: structure.fencerel('Rmb').between(R4rmb, R4rmb),
      wmb: structure.fencerel('Wmb').between(W, W),
      gp: po.to(structure.tagged('Sync-rcu', 'Sync-srcu')).then(po.optional()),
    };
  });
}

/** po-unlock-lock-po: across an unlock and a lock that takes over from it, or of the same thread. */
function unlockLock(structure: EventStructure, rf: Relation): Relation {
  const { po } = structure;
  return po
    .to(structure.kind('UL'))
    .then(po.or(rf).to(structure.kind('LKR')))
    .then(po);
}

/** mb: smp_mb(), and what acts as one. */
function strongBarriers(structure: EventStructure, poUnlockLockPo: Relation): Relation {
  const { M, po } = structure;
  const fixed = structure.derived('lkmm: mb', () => {
    const { R, W } = structure;
    const { Mb } = annotations(structure);
    const RMW = structure.tagged('RMW');
    const LKW = structure.kind('LKW');
    const srcuUnlock = structure.tagged('Srcu-unlock');
    const upTo = po.optional();
    return union(
      po.to(Mb).then(po),
      // A fully ordered read-modify-write is as if enclosed by two smp_mb().
      po.to(Mb.and(R)),
      po.from(Mb.and(W)),
      structure.fencerel('Before-atomic').to(RMW).then(upTo),
      upTo.to(RMW).then(structure.fencerel('After-atomic')),
      upTo.to(LKW).then(structure.fencerel('After-spinlock')),
      upTo.to(srcuUnlock).then(structure.fencerel('After-srcu-read-unlock')),
    ).between(M, M);
  });
  return fixed.or(poUnlockLockPo.to(structure.tagged('After-unlock-lock')).then(po).between(M, M));
}
