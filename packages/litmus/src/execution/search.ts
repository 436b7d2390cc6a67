import {
  CandidateExecution,
  type Event,
  initialThread,
  type Judgement,
  type ReferenceModel,
  Relation,
} from '@pagerace/memory-models/reference';

import { type Value } from '../value.js';
import { CoherenceOrder } from './coherence.js';
import { type Limit } from './limit.js';
import { isRead, isWrite } from './runs.js';
import { writesBetween } from './single-writes.js';
import { type Combination } from './structure.js';

/** A consistent execution, and the values that its locations hold at the end. */
export interface Found {
  readonly execution: CandidateExecution;
  /** With the value of every read. */
  readonly combination: Combination;
  readonly judgement: Judgement & { readonly consistent: true };
  readonly final: (location: string) => Value | undefined;
}

export interface SearchOptions {
  readonly model: ReferenceModel;
  readonly limit: Limit;
  /** The reads whose values decide about that; the search begins with them. */
  readonly deciding: readonly number[];
  /** Could an execution with these final values, and these of events, as far as they are known, be of interest? */
  readonly isOfInterest: (
    final: (location: string) => Value | undefined,
    valueOf: (event: number) => Value | undefined,
  ) => boolean;
  /** Hears of each consistent execution of interest; returns true to end the search. */
  readonly found: (found: Found) => boolean;
}

/** A critical section: its events, and the number of the lock. */
interface Section {
  readonly read: number;
  readonly lock: number;
  readonly unlock: number;
  readonly location: number;
}

/** With fewer critical sections it costs more to order them than to try every order. */
const fewSections = 4;

/** With fewer ways to go on it costs more to ask the model before than to try each. */
const fewWays = 5;

interface State {
  /** Whether critical sections are in the order that the sources of the deciding reads leave. */
  readonly hasSectionsOrdered: boolean;
  /** Per event, the write that it reads; -1 if that is not chosen, or it is no read. */
  readonly source: Int16Array;
  readonly order: CoherenceOrder;
}

/**
 * Looks for the consistent executions of one combination of runs: chooses for each read what it reads,
 * then orders what writes that leaves unordered. Coherence is kept at each step, and the model is asked
 * about every incomplete execution that offers a choice: what it forbids, no completion makes allowed.
 *
 * @returns true if `found` ended the search.
 */
export function search(combination: Combination, options: SearchOptions): boolean {
  return new Search(combination, options).run();
}

class Search {
  readonly #events: readonly Event[];
  readonly #writesOf: number[][] = [];
  readonly #reads: number[] = [];
  readonly #candidates: number[][] = [];

  constructor(
    readonly combination: Combination,
    readonly options: SearchOptions,
  ) {
    this.#events = combination.structure.events;
    combination.locations.forEach(() => this.#writesOf.push([]));
    this.#events.forEach((event, i) => {
      if (isWrite(event)) this.#writesOf[event.location!]!.push(i);
    });
    this.#events.forEach((event, i) => {
      this.#candidates.push(isRead(event) ? this.#sourcesOf(i) : []);
      if (isRead(event)) this.#reads.push(i);
    });
    const { values } = combination;
    for (const read of options.deciding) {
      this.#candidates[read] = this.#candidates[read]!.filter((write) =>
        options.isOfInterest(unknown, (event) => values[event === read ? write : event]),
      );
    }
  }

  run(): boolean {
    if (this.#reads.some((read) => this.#candidates[read]!.length === 0)) return false;
    const order = CoherenceOrder.empty(this.#events.length);
    for (const [initial, ...others] of this.#writesOf) {
      // The writes of one thread follow each other; what is further apart follows from that.
      for (const [i, write] of others.entries()) {
        this.options.limit.check();
        order.add(
          i > 0 && this.#isPoBefore(others[i - 1]!, write) ? others[i - 1]! : initial!,
          write,
        );
      }
    }
    const source = new Int16Array(this.#events.length).fill(-1);
    const state = { hasSectionsOrdered: false, source, order };
    return this.#takeObvious(state) && this.#isOfInterest(state) && this.#chooseSources(state);
  }

  /** Takes every source that is the only one; false if something contradicts. */
  #takeObvious(state: State): boolean {
    return this.#reads.every((read) => {
      const candidates = this.#candidates[read]!;
      return candidates.length > 1 || this.#take(state, read, candidates[0]!);
    });
  }

  /**
   * Orders critical sections of one lock where the model leaves one order alone. Otherwise the search would
   * go through the orders of all of them, where each pair that is wrong shows only at the end.
   *
   * One section coming before another is asked about as if it handed the lock over to it directly. That is
   * no loss: a chain of unlocks and locks between orders whatever its ends order, in every model that knows
   * spinlocks. But nothing else may be known to come after the first: the second would seem to overtake it.
   */
  #orderSections(state: State): boolean {
    const { limit, model } = this.options;
    const sections = this.#sections();
    if (sections.length < fewSections) return true;
    const known = state.order.copy();
    for (const before of sections) {
      for (const after of sections) {
        if (before.location !== after.location || state.source[after.read] !== -1) continue;
        if (known.isBefore(before.unlock, after.lock) || known.isBefore(after.lock, before.lock))
          continue;
        const isLast = this.#writesOf[before.location]!.every(
          (write) => !known.isBefore(before.unlock, write) || known.isBefore(after.lock, write),
        );
        if (before === after || !isLast) continue;
        limit.check();
        const attempt = { ...state, source: state.source.slice(), order: known.copy() };
        attempt.source[after.read] = before.unlock;
        const isPossible =
          attempt.order.add(before.unlock, after.lock) &&
          model.check(this.#execution(attempt)).consistent;
        if (!isPossible && !state.order.add(after.unlock, before.lock)) return false;
      }
    }
    return state.order.settle();
  }

  /** The critical sections that end: the lock's read and write, and the unlock. */
  #sections(): Section[] {
    const sections: Section[] = [];
    for (const read of this.#reads) {
      const { kind, location } = this.#events[read]!;
      const lock = this.combination.rmwWrite[read];
      if (kind !== 'LKR' || lock === undefined) continue;
      const unlock = this.#writesOf[location!]!.find((write) => this.#isPoBefore(lock, write));
      if (unlock === undefined || this.#events[unlock]!.kind !== 'UL') continue;
      sections.push({ read, lock, unlock, location: location! });
    }
    return sections;
  }

  /** The candidates that what is chosen so far has not ruled out. */
  #viable({ source, order }: State, read: number): number[] {
    const partner = this.combination.rmwWrite[read];
    const { thread, location: at } = this.#events[read]!;
    const earlier: number[] = [];
    const later: number[] = [];
    for (const other of this.#reads) {
      const theirs = source[other]!;
      const { thread: its, location: where } = this.#events[other]!;
      if (theirs !== -1 && its === thread && where === at)
        (other < read ? earlier : later).push(theirs);
    }
    const candidates = this.#candidates[read]!.filter(
      (write) =>
        !earlier.some((other) => order.isBefore(write, other)) &&
        !later.some((other) => order.isBefore(other, write)),
    );
    if (partner === undefined || this.#isSplit(read, partner)) return candidates;
    const location = this.#events[read]!.location!;
    const others = this.#writesOf[location]!;
    return candidates.filter(
      (write) =>
        !order.isBefore(partner, write) &&
        !others.some((other) => order.isBefore(write, other) && order.isBefore(other, partner)) &&
        // Two read-modify-writes never read one write.
        !this.#reads.some(
          (other) => source[other] === write && this.combination.rmwWrite[other] !== undefined,
        ),
    );
  }

  #isPoBefore(a: number, b: number): boolean {
    return (
      a < b &&
      this.#events[a]!.thread === this.#events[b]!.thread &&
      this.#events[a]!.thread !== initialThread
    );
  }

  /** The writes of the right value that coherence within the read's thread leaves. */
  #sourcesOf(read: number): number[] {
    const { values } = this.combination;
    const writes = this.#writesOf[this.#events[read]!.location!]!;
    const lastOwn = writes.findLast((write) => this.#isPoBefore(write, read));
    const value = values[read];
    return writes.filter((write) => {
      if ((value !== undefined && values[write] !== value) || this.#isPoBefore(read, write))
        return false;
      if (lastOwn === undefined || write === lastOwn) return true;
      return this.#events[write]!.thread !== initialThread && !this.#isPoBefore(write, lastOwn);
    });
  }

  /** Takes a source for a read, with what coherence concludes; false if it contradicts. */
  #take(state: State, read: number, write: number): boolean {
    const { source, order } = state;
    source[read] = write;
    const location = this.#events[read]!.location!;
    for (const own of this.#writesOf[location]!) {
      if (own === write) continue;
      if (this.#isPoBefore(own, read) && !order.add(own, write)) return false;
      if (this.#isPoBefore(read, own) && !order.add(write, own)) return false;
    }
    for (const other of this.#reads) {
      const theirs = source[other]!;
      if (theirs === -1 || theirs === write || this.#events[other]!.location !== location) continue;
      if (this.#isPoBefore(other, read) && !order.add(theirs, write)) return false;
      if (this.#isPoBefore(read, other) && !order.add(write, theirs)) return false;
    }
    const partner = this.combination.rmwWrite[read];
    if (
      partner !== undefined &&
      !this.#isSplit(read, partner) &&
      !order.addAdjacent(write, partner)
    )
      return false;
    return order.settle();
  }

  /** A pair with a write of its own thread between is not held to be atomic. */
  #isSplit(read: number, write: number): boolean {
    return writesBetween(this.#events, read, write);
  }

  #chooseSources(state: State): boolean {
    this.options.limit.check();
    let next = -1;
    let rank = 0;
    let candidates: readonly number[] = [];
    let ways = 1;
    for (const read of this.#reads) {
      if (state.source[read] !== -1) continue;
      const viable = this.#viable(state, read);
      ways *= viable.length;
      const its = this.#rankOf(read, viable);
      const isBehind = its > rank || (its === rank && viable.length >= candidates.length);
      if (next !== -1 && isBehind) continue;
      next = read;
      rank = its;
      candidates = viable;
      if (viable.length <= 1) break;
    }
    if (next === -1) return this.#orderWrites(state);
    if (candidates.length === 1) {
      return (
        this.#take(state, next, candidates[0]!) &&
        this.#isOfInterest(state) &&
        this.#chooseSources(state)
      );
    }
    if (this.#events[next]!.kind === 'LKR' && !state.hasSectionsOrdered) {
      return (
        this.#orderSections(state) &&
        this.#isOfInterest(state) &&
        this.#chooseSources({ ...state, hasSectionsOrdered: true })
      );
    }
    if (ways >= fewWays && !this.#isPromising(state, false)) return false;
    return candidates.some((write) => {
      const branch = { ...state, source: state.source.slice(), order: state.order.copy() };
      return (
        this.#take(branch, next, write) && this.#isOfInterest(branch) && this.#chooseSources(branch)
      );
    });
  }

  /**
   * Reads of a lower rank come first: what has one source alone, since it costs nothing and rules out others;
   * then what decides whether the execution is of interest, since that orders critical sections; then locks,
   * since their order rules out what is read in them.
   */
  #rankOf(read: number, { length }: readonly number[]): number {
    if (length <= 1) return 0;
    if (this.options.deciding.includes(read)) return 1;
    return this.#events[read]!.kind === 'LKR' ? 2 : 3;
  }

  #orderWrites(state: State): boolean {
    this.options.limit.check();
    const pair = this.#unorderedPair(state);
    if (!pair) {
      const execution = this.#execution(state);
      const judgement = this.options.model.check(execution);
      if (!judgement.consistent) return false;
      const values = this.#events.map((_, event) => this.#valueOf(state, event));
      const combination = { ...this.combination, values };
      return this.options.found({ execution, combination, judgement, final: this.#final(state) });
    }
    if (!this.#isPromising(state, true)) return false;
    const [a, b] = pair;
    return [[a, b] as const, [b, a] as const].some(([first, second]) => {
      const branch = { ...state, order: state.order.copy() };
      return (
        branch.order.add(first, second) &&
        branch.order.settle() &&
        this.#isOfInterest(branch) &&
        this.#orderWrites(branch)
      );
    });
  }

  #unorderedPair({ order }: State): [number, number] | undefined {
    for (const writes of this.#writesOf) {
      for (let i = 0; i < writes.length; i++) {
        for (let j = i + 1; j < writes.length; j++) {
          const [a, b] = [writes[i]!, writes[j]!];
          if (!order.isBefore(a, b) && !order.isBefore(b, a)) return [a, b];
        }
      }
    }
    return undefined;
  }

  #isOfInterest(state: State): boolean {
    return this.options.isOfInterest(this.#final(state), (event) => this.#valueOf(state, event));
  }

  /** What an event reads or writes, as far as that is known. */
  #valueOf({ source }: State, event: number): Value | undefined {
    const { values } = this.combination;
    const write = source[event]!;
    return write === -1 ? values[event] : values[write];
  }

  /** Does the model leave room for a completion? */
  #isPromising(state: State, sourcesAreChosen: boolean): boolean {
    const { model } = this.options;
    if (!sourcesAreChosen && !isMonotoneInReadsFrom(model)) return true;
    return model.check(this.#execution(state)).consistent;
  }

  #execution(state: State): CandidateExecution {
    const { source, order } = state;
    const { structure } = this.combination;
    const { size } = structure;
    const values = this.#events.map((_, event) => this.#valueOf(state, event));
    const chosen = this.#reads.filter((read) => source[read] !== -1);
    const rf = Relation.of(
      size,
      chosen.map((read) => [source[read]!, read] as const),
    );
    return new CandidateExecution(structure, { rf, co: Relation.of(size, order.pairs()), values });
  }

  /** The value of a location's last write, once it is known which that is. */
  #final({ order }: State): (location: string) => Value | undefined {
    const { locations, values } = this.combination;
    return (location) => {
      const number = locations.indexOf(location);
      if (number === -1) return 0;
      const writes = this.#writesOf[number]!;
      const last = writes.find((write) =>
        writes.every((other) => other === write || order.isBefore(other, write)),
      );
      if (last !== undefined) return values[last];
      // All that may be last may agree.
      const possible = writes.filter(
        (write) => !writes.some((other) => order.isBefore(write, other)),
      );
      const [first, ...rest] = possible.map((write) => values[write]);
      return rest.every((value) => value === first) ? first : undefined;
    };
  }
}

function unknown(): undefined {
  return undefined;
}

/** RVWMO takes two reads of one write out of an order: there, an unknown source forbids too much. */
function isMonotoneInReadsFrom(model: ReferenceModel): boolean {
  return model.id !== 'riscv';
}
