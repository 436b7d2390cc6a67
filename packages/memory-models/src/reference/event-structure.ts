import { EventSet } from './event-set.js';
import { type Event, type EventKind, initialThread, type Tag } from './event.js';
import { Relation } from './relation.js';

/** By what of the access the dependency shows: its address, its value, or that it happens at all. */
export interface PickDependencies {
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
}

/** What is known of the events before it is chosen what each read reads and how writes are ordered. */
export interface EventStructureInit {
  /**
   * The initial writes, and each thread's events in program order. Their position here is the number
   * by which everything else refers to them.
   */
  readonly events: readonly Event[];
  /** From a read to an access whose address its value has a part in. */
  readonly addr?: Relation;
  /** From a read to a write whose value its value has a part in. */
  readonly data?: Relation;
  /**
   * From a read to what a branch on its value decides: after a branch of assembly, every later event of
   * the thread, fences among them; of C's `if`, as herd7 has it, only the events in its arms.
   */
  readonly ctrl?: Relation;
  /**
   * AArch64's pick dependencies: those that run through which value a conditional select takes, or
   * through the comparison of a compare-and-swap, be it with what it compares or into the register that
   * it leaves the old value in when it succeeds. They run on through memory, from a write to the reads of its
   * own thread before the next one. An order of writes follows from them, none of reads.
   */
  readonly pick?: Partial<PickDependencies>;
  /** From the read to the write of each successful read-modify-write; spin_lock()'s not among them. */
  readonly rmw?: Relation;
}

/**
 * The events of one run of each thread of a litmus test, and what program text alone says of them.
 * Many candidate executions share one structure, and whatever a model derives from it.
 */
export class EventStructure {
  readonly events: readonly Event[];
  readonly size: number;

  /** Program order: transitive, without the initial writes. */
  readonly po: Relation;
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
  readonly pick: PickDependencies;
  /** As given: without the read and the write of a spin_lock(). */
  readonly rmw: Relation;
  /** Of one thread; the initial writes are of none but their own. */
  readonly int: Relation;
  readonly ext: Relation;
  /** On one location. */
  readonly loc: Relation;
  readonly poLoc: Relation;

  /** Every event: cat's `_`. */
  readonly all: EventSet;
  /** Reads, those of spinlocks too. */
  readonly R: EventSet;
  /** Writes, those of spinlocks too, and the initial ones. */
  readonly W: EventSet;
  readonly M: EventSet;
  readonly F: EventSet;
  /** Initial writes. */
  readonly IW: EventSet;

  readonly #tagged = new Map<Tag, EventSet>();
  readonly #kinds = new Map<EventKind, EventSet>();
  readonly #derived = new Map<string, unknown>();

  constructor(init: EventStructureInit) {
    const { events } = init;
    const size = events.length;
    const none = Relation.none(size);
    this.events = events;
    this.size = size;
    this.addr = init.addr ?? none;
    this.data = init.data ?? none;
    this.ctrl = init.ctrl ?? none;
    this.pick = { addr: none, data: none, ctrl: none, ...init.pick };
    this.rmw = init.rmw ?? none;

    this.int = Relation.where(size, (a, b) => events[a]!.thread === events[b]!.thread);
    this.ext = this.int.complement();
    this.po = Relation.where(
      size,
      (a, b) => a < b && events[a]!.thread === events[b]!.thread && !this.#isInitial(a),
    );
    this.loc = Relation.where(
      size,
      (a, b) => events[a]!.location !== undefined && events[a]!.location === events[b]!.location,
    );
    this.poLoc = this.po.and(this.loc);

    this.all = EventSet.all(size);
    this.R = this.kind('read').or(this.kind('LKR'), this.kind('LF'), this.kind('RU'));
    this.W = this.kind('write').or(this.kind('LKW'), this.kind('UL'));
    this.M = this.R.or(this.W);
    this.F = this.kind('fence');
    this.IW = EventSet.where(size, (event) => this.#isInitial(event));
  }

  kind(kind: EventKind): EventSet {
    let set = this.#kinds.get(kind);
    if (!set) {
      set = EventSet.where(this.size, (event) => this.events[event]!.kind === kind);
      this.#kinds.set(kind, set);
    }
    return set;
  }

  /** The events that carry one of these tags. */
  tagged(...tags: readonly Tag[]): EventSet {
    return EventSet.none(this.size).or(...tags.map((tag) => this.#withTag(tag)));
  }

  /** What such a fence separates: cat's `fencerel(B)`, that is `po ; [B] ; po`. */
  fencerel(...tags: readonly Tag[]): Relation {
    return this.po.to(this.tagged(...tags)).then(this.po);
  }

  /** What depends on nothing but this structure is derived once for all its executions. */
  derived<T>(name: string, derive: () => T): T {
    if (!this.#derived.has(name)) this.#derived.set(name, derive());
    return this.#derived.get(name) as T;
  }

  #withTag(tag: Tag): EventSet {
    let set = this.#tagged.get(tag);
    if (!set) {
      set = EventSet.where(this.size, (event) => this.events[event]!.tags.includes(tag));
      this.#tagged.set(tag, set);
    }
    return set;
  }

  #isInitial(event: number): boolean {
    return this.events[event]!.thread === initialThread;
  }
}
