import { type EventStructure } from './event-structure.js';
import { type Relation } from './relation.js';

/**
 * One way in which a litmus test might run: its events, and a choice of what each read reads and in which
 * order each location's writes come about. A memory model says whether it can be.
 */
export class CandidateExecution {
  readonly structure: EventStructure;
  /**
   * Reads-from: from one write to each read. A spin_lock()'s read (`LKR`), a failed spin_trylock() (`LF`)
   * and a spin_is_locked() (`LF`, `RU`) have theirs, as lock.cat of the kernel gives them.
   */
  readonly rf: Relation;
  /**
   * Coherence: per location a strict total order of its writes, transitive, the initial one first.
   * `LKW` and `UL` are among them, each unlock next to its lock.
   */
  readonly co: Relation;
  /** From-reads: from a read to the writes that come after the one that it read. */
  readonly fr: Relation;
  readonly rfi: Relation;
  readonly rfe: Relation;
  readonly coi: Relation;
  readonly coe: Relation;
  readonly fri: Relation;
  readonly fre: Relation;
  /** Per event, what it read or wrote, where a model asks for it (the index that SRCU hands on). */
  readonly values: readonly unknown[] | undefined;

  constructor(
    structure: EventStructure,
    witness: { readonly rf: Relation; readonly co: Relation; readonly values?: readonly unknown[] },
  ) {
    const { int, ext } = structure;
    this.structure = structure;
    this.rf = witness.rf;
    this.co = witness.co;
    this.values = witness.values;
    this.fr = this.rf.inverse().then(this.co);
    this.rfi = this.rf.and(int);
    this.rfe = this.rf.and(ext);
    this.coi = this.co.and(int);
    this.coe = this.co.and(ext);
    this.fri = this.fr.and(int);
    this.fre = this.fr.and(ext);
  }
}
