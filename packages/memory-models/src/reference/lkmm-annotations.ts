import { flagged } from './axioms.js';
import { type CandidateExecution } from './candidate-execution.js';
import { type EventSet } from './event-set.js';
import { type EventStructure } from './event-structure.js';
import { type Flag } from './reference-model.js';
import { Relation } from './relation.js';

/*
 * linux-kernel.bell: what the annotations of accesses mean, which accesses are plain, which lock of a
 * read-side critical section belongs to which unlock, and how dependencies are carried through memory.
 */

export interface Annotations {
  readonly Acquire: EventSet;
  readonly Release: EventSet;
  readonly Mb: EventSet;
  readonly Noreturn: EventSet;
  readonly Marked: EventSet;
  readonly Plain: EventSet;
}

export function annotations(structure: EventStructure): Annotations {
  return structure.derived('lkmm: annotations', () => {
    const { rmw, M, IW } = structure;
    const reads = structure.kind('read');
    const writes = structure.kind('write');

    // An annotation that orders nothing, such as acquire on a write, or any on a failed cmpxchg().
    const RMW = structure.tagged('RMW');
    const failedRmw = RMW.minus(rmw.domain(), rmw.range());
    const Acquire = structure.tagged('Acquire').minus(writes, failedRmw);
    const Release = structure.tagged('Release').minus(reads, failedRmw);
    const Mb = structure.tagged('Mb').minus(failedRmw);
    const Noreturn = structure.tagged('Noreturn').minus(writes);

    const LKR = structure.kind('LKR');
    const UL = structure.kind('UL');
    const Marked = M.complement().or(
      IW,
      structure.tagged('Once', 'Release', 'Acquire', 'Mb', 'Noreturn', 'Srcu-lock', 'Srcu-unlock'),
      RMW,
      rmw.domain(),
      rmw.range(),
      LKR,
      structure.kind('LKW'),
      UL,
      structure.kind('LF'),
      structure.kind('RU'),
    );
    return {
      // lock.cat adds the locks to these two.
      Acquire: Acquire.or(LKR),
      Release: Release.or(UL),
      Mb,
      Noreturn,
      Marked,
      Plain: M.minus(Marked),
    };
  });
}

/** rcu-rscs: from each rcu_read_lock() to the rcu_read_unlock() that ends what it began. */
export function rcuCriticalSections(structure: EventStructure): Relation {
  return structure.derived('lkmm: rcu-rscs', () => {
    const locks = structure.tagged('Rcu-lock');
    const unlocks = structure.tagged('Rcu-unlock');
    const pairs: [number, number][] = [];
    // Per thread, the sections that are open: the innermost ends first.
    const open = new Map<number, number[]>();
    structure.events.forEach(({ thread }, event) => {
      const ofThread = open.get(thread) ?? [];
      open.set(thread, ofThread);
      if (locks.has(event)) ofThread.push(event);
      else if (unlocks.has(event)) {
        const lock = ofThread.pop();
        if (lock !== undefined) pairs.push([lock, event]);
      }
    });
    return Relation.of(structure.size, pairs);
  });
}

/** srcu-rscs: from each srcu_read_lock() to the srcu_read_unlock() that is handed its index. */
export function srcuCriticalSections({ structure, rf }: CandidateExecution): Relation {
  const { data, loc } = structure;
  const locks = structure.tagged('Srcu-lock');
  const unlocks = structure.tagged('Srcu-unlock');
  if (locks.isEmpty || unlocks.isEmpty) return Relation.none(structure.size);
  const carrySrcuData = data.to(unlocks.complement()).then(rf).star();
  return carrySrcuData.then(data).between(locks, unlocks).and(loc);
}

export interface Dependencies {
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
}

/** Dependencies, those too that a write and a read of the same thread carry on. */
export function dependencies({ structure, rfi }: CandidateExecution): Dependencies {
  const { addr, data, ctrl } = structure;
  const carried = data.to(structure.tagged('Srcu-unlock').complement()).then(rfi);
  if (carried.isEmpty) return { addr, data, ctrl };
  const carryDep = carried.star();
  return { addr: carryDep.then(addr), data: carryDep.then(data), ctrl: carryDep.then(ctrl) };
}

/** What linux-kernel.bell finds fault with. */
export function annotationFlags(execution: CandidateExecution): readonly Flag[] {
  const { structure, values } = execution;
  const { po } = structure;
  const rcuRscs = rcuCriticalSections(structure);
  const srcuRscs = srcuCriticalSections(execution);
  const matching = (name: string, unmatched: EventSet): readonly Flag[] =>
    flagged(name, Relation.identity(unmatched));
  const sleeps = po.to(structure.tagged('Sync-srcu')).then(po);
  return [
    ...matching('unmatched-rcu-lock', structure.tagged('Rcu-lock').minus(rcuRscs.domain())),
    ...matching('unmatched-rcu-unlock', structure.tagged('Rcu-unlock').minus(rcuRscs.range())),
    ...matching('unmatched-srcu-lock', structure.tagged('Srcu-lock').minus(srcuRscs.domain())),
    ...matching('unmatched-srcu-unlock', structure.tagged('Srcu-unlock').minus(srcuRscs.range())),
    ...flagged(
      'multiple-srcu-matches',
      srcuRscs.inverse().then(srcuRscs).minus(Relation.identity(structure.all)),
    ),
    ...flagged('invalid-sleep', rcuRscs.and(sleeps)),
    ...(values
      ? flagged(
          'srcu-bad-value-match',
          Relation.of(
            structure.size,
            srcuRscs.pairs().filter(([lock, unlock]) => values[lock] !== values[unlock]),
          ),
        )
      : []),
  ];
}
