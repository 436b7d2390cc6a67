import { flagged } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type EventStructure } from './event-structure.js';
import { annotations } from './lkmm-annotations.js';
import { type Flag } from './reference-model.js';
import { Relation, union } from './relation.js';
import { anyOf, type Term } from './term.js';

/*
 * linux-kernel.cat, "Plain accesses and data races": what a compiler may do to a plain access, and when
 * two accesses, one of them plain, are not ordered well enough for it. Explained in the kernel's
 * tools/memory-model/Documentation/explanation.txt, "PLAIN ACCESSES AND DATA RACES".
 */

/** What the marked accesses of an execution order. */
export interface MarkedOrder {
  readonly addr: Relation;
  readonly nonrwFence: Relation;
  readonly fence: Relation;
  readonly strongFence: Relation;
  /** cumul-fence* */
  readonly cumulFences: Relation;
  readonly rmwSequence: Relation;
  /** Any number of steps, each of hb, pb or rb. */
  readonly xbstar: Relation;
}

export interface PlainAccesses {
  /** Communications that go against what must be: the axiom plain-coherence wants none. */
  readonly incoherent: Term;
  flags(): readonly Flag[];
}

export function plainAccesses(execution: CandidateExecution, order: MarkedOrder): PlainAccesses {
  const { structure, rf, rfe, co, fr } = execution;
  const { R, W, M, IW, int, ext } = structure;
  const { Marked, Plain, Noreturn } = annotations(structure);
  const { addr, nonrwFence, fence, strongFence, cumulFences, rmwSequence, xbstar } = order;
  const fencerelRmb = structure.fencerel('Rmb');
  const R4rmb = R.minus(Noreturn);
  const returning = Noreturn.complement();

  // Executes-before and visibility.
  const vis = cumulFences
    .then(rfe.optional())
    .to(Marked)
    .then(strongFence.to(Marked).then(xbstar).or(xbstar.and(int)));

  // Boundaries for lifetimes of plain accesses.
  const wPreBounded = addr.or(fence).optional().from(Marked);
  const rPreBounded = union(addr, nonrwFence, fencerelRmb.between(R4rmb, returning))
    .optional()
    .from(Marked);
  const wPostBounded = fence.optional().to(Marked).then(rmwSequence);
  const rPostBounded = nonrwFence.or(fencerelRmb.between(returning, R4rmb)).optional().to(Marked);

  // Visibility and executes-before for plain accesses.
  const visible = (preBounded: Relation): Relation =>
    union(
      fence,
      strongFence.then(xbstar).then(preBounded),
      wPostBounded.then(vis).then(preBounded),
    );
  const wwVis = visible(wPreBounded);
  const wrVis = visible(rPreBounded);
  const rwXbstar = fence.or(rPostBounded.then(xbstar).then(wPreBounded));

  // Potential races.
  const preRace = Relation.cross(Plain, M)
    .or(Relation.cross(M.minus(IW), Plain))
    .and(ext);

  return {
    // Coherence requirements for plain accesses.
    incoherent: anyOf({
      'wr-incoh': preRace.and(rf, rwXbstar.inverse()),
      'rw-incoh': preRace.and(fr, wrVis.inverse()),
      'ww-incoh': preRace.and(co, wwVis.inverse()),
    }),

    flags: () => {
      // Actual races.
      const wwNonrace = wwVis.and(
        Relation.cross(Marked, W).or(rwXbstar),
        Relation.cross(W, Marked).or(wrVis),
      );
      const wwRace = preRace.and(co).minus(wwNonrace);
      const wrRace = preRace.and(co.optional().then(rf)).minus(wrVis, rwXbstar.inverse());
      const rwRace = preRace.and(fr).minus(rwXbstar);
      return [
        ...flagged('mixed-accesses', mixedAccesses(structure)),
        ...flagged('data-race', union(wwRace, wrRace, rwRace)),
      ];
    },
  };
}

/** A plain write and a marked access of one location with nothing between that a compiler heeds. */
function mixedAccesses(structure: EventStructure): Relation {
  const { W, po, poLoc } = structure;
  const { Acquire, Release, Mb, Marked, Plain } = annotations(structure);
  const fence = structure
    .tagged(
      'Barrier',
      'Rmb',
      'Wmb',
      'Sync-rcu',
      'Sync-srcu',
      'Before-atomic',
      'After-atomic',
      'Rcu-lock',
      'Rcu-unlock',
      'Srcu-lock',
      'Srcu-unlock',
    )
    .or(Mb, Acquire, Release);
  const barrier = union(po.to(fence).then(po), po.to(Release), po.from(Acquire));
  const region = poLoc.minus(barrier);
  const plainWrites = Plain.and(W);
  return region.between(plainWrites, Marked).or(region.between(Marked, plainWrites));
}
