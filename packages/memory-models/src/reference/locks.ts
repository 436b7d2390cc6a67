import { empty } from './axioms.js';
import { CandidateExecution } from './candidate-execution.js';
import { type EventSet } from './event-set.js';
import { type EventStructure } from './event-structure.js';
import { type AxiomViolation, type Flag } from './reference-model.js';
import { Relation } from './relation.js';
import { flagged } from './axioms.js';
import { named } from './term.js';

/*
 * Spinlocks, after lock.cat of the kernel's tools/memory-model, for every model: they are atomic and
 * exclude each other whatever the model orders.
 */

/** What the text of the program alone says of its spinlocks. */
export interface LockStructure {
  /** From a lock's read to its write. */
  readonly lkRmw: Relation;
  /** From a lock's write to the unlock that ends its critical section. */
  readonly critical: Relation;
  /** Locks that their thread never unlocks. */
  readonly unmatchedLkw: EventSet;
}

export function lockStructure(structure: EventStructure): LockStructure {
  return structure.derived('locks', () => {
    const { po, poLoc } = structure;
    const LKW = structure.kind('LKW');
    const UL = structure.kind('UL');
    const lkRmw = poLoc.between(structure.kind('LKR'), LKW).minus(po.then(po));
    const critical = poLoc.between(LKW, UL).minus(poLoc.to(LKW.or(UL)).then(poLoc));
    return { lkRmw, critical, unmatchedLkw: LKW.minus(critical.domain()) };
  });
}

/** cat's `singlestep(r)`: what leads from an event to the next one, with none between. */
export function singlestep(relation: Relation): Relation {
  return relation.minus(relation.then(relation));
}

/**
 * Makes an execution of one that says nothing of unlocks yet: `co` orders all writes but `UL`, `rf` leads
 * to all reads but `LKR`. An unlock comes right after its lock in coherence; a lock reads the unlock, or
 * the initial write, right before it.
 */
export function withLocks(
  structure: EventStructure,
  witness: { readonly rf: Relation; readonly co: Relation; readonly values?: readonly unknown[] },
): CandidateExecution {
  const { lkRmw, critical } = lockStructure(structure);
  if (lkRmw.isEmpty) return new CandidateExecution(structure, witness);
  const co = witness.co.or(critical, critical.inverse().then(witness.co)).plus();
  const rf = witness.rf.or(
    singlestep(co)
      .from(structure.IW.or(structure.kind('UL')))
      .then(lkRmw.inverse()),
  );
  return new CandidateExecution(structure, { ...witness, rf, co });
}

/** That locks exclude each other, and that what looks at a lock sees whether it is taken. */
export function lockAxioms(execution: CandidateExecution): AxiomViolation | undefined {
  const { structure, rf, co } = execution;
  const [LKR, LKW, UL, LF, RU] = (['LKR', 'LKW', 'UL', 'LF', 'RU'] as const).map((kind) =>
    structure.kind(kind),
  ) as [EventSet, EventSet, EventSet, EventSet, EventSet];
  if (LKR.or(LF, RU).isEmpty) return undefined;

  const { poLoc, loc, ext, IW } = structure;
  const { lkRmw, critical, unmatchedLkw } = lockStructure(structure);
  const fixed = structure.derived('lock axioms', () => {
    const unlocked = poLoc.to(UL).then(poLoc);
    const rfiLf = poLoc.between(LKW, LF).minus(unlocked);
    return {
      // A spin_lock() within a critical section of the same lock never ends.
      lockNest: poLoc.between(LKW, LKR).minus(unlocked),
      nestedIsLocked: poLoc.between(LKW, RU).minus(unlocked),
      // Of two locks that are never unlocked the second never ends.
      unmatchedLocks: loc
        .between(unmatchedLkw, unmatchedLkw)
        .minus(Relation.identity(unmatchedLkw)),
      // In a critical section, its own lock; elsewhere, that of any other thread.
      rfLf: rfiLf.or(Relation.cross(LKW, LF.minus(rfiLf.range())).and(loc, ext)),
      // The last unlock of its own thread, or any of another, or none yet.
      rfRu: poLoc
        .between(UL, RU)
        .minus(poLoc.between(UL, UL).then(poLoc))
        .or(Relation.cross(UL.or(IW), RU).and(loc, ext)),
    };
  });
  const next = singlestep(co);
  return (
    empty('lock-nest', named('lock-nest', fixed.lockNest)) ??
    empty('nested-is-locked', named('nested-is-locked', fixed.nestedIsLocked)) ??
    empty('unmatched-locks', named('unmatched-locks', fixed.unmatchedLocks)) ??
    // What follows lock.cat brings about by the way it makes executions.
    empty('unmatched-locks-last', named('co', co.between(unmatchedLkw, structure.all))) ??
    empty('critical-section', named('critical', critical.minus(next))) ??
    empty(
      'lock-reads-from',
      named('rf', rf.to(LKR).minus(next.from(IW.or(UL)).then(lkRmw.inverse()))),
    ) ??
    empty('trylock-reads-from', named('rf', rf.to(LF).minus(fixed.rfLf))) ??
    empty('is-locked-reads-from', named('rf', rf.to(RU).minus(fixed.rfRu)))
  );
}

/** Tests that lock.cat finds fault with. */
export function lockFlags(structure: EventStructure): readonly Flag[] {
  return structure.derived('lock flags', () => {
    const { loc, M, IW } = structure;
    const { lkRmw, critical } = lockStructure(structure);
    const LKR = structure.kind('LKR');
    const LKW = structure.kind('LKW');
    const UL = structure.kind('UL');
    const allLocks = LKR.or(
      LKW,
      UL,
      structure.kind('LF'),
      structure.kind('RU'),
      structure.tagged('Srcu-lock', 'Srcu-unlock', 'Sync-srcu'),
    );
    const each = (set: EventSet): Relation => Relation.identity(set);
    return [
      ...flagged('mixed-lock-accesses', loc.between(M.minus(IW, allLocks), allLocks)),
      ...flagged('unpaired-LKW', each(LKW.minus(lkRmw.range()))),
      ...flagged('unpaired-LKR', each(LKR.minus(lkRmw.domain()))),
      ...flagged('unmatched-unlock', each(UL.minus(critical.range()))),
    ];
  });
}
