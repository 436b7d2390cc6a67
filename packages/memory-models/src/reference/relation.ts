import { EventSet } from './event-set.js';

/**
 * A binary relation over the events 0 … `size` - 1, as a matrix of bits; immutable.
 *
 * The operations are those of the language cat (Alglave, Cousot and Maranget, "Syntax and semantics of
 * the weak consistency model specification language cat", 2016), so that a definition reads alike:
 *
 * | cat              | here                 |
 * | ---------------- | -------------------- |
 * | `r \| s`         | `r.or(s)`            |
 * | `r & s`          | `r.and(s)`           |
 * | `r \ s`          | `r.minus(s)`         |
 * | `r ; s`          | `r.then(s)`, `sequence(r, s, …)` |
 * | `[A] ; r ; [B]`  | `r.between(A, B)`    |
 * | `r^-1`           | `r.inverse()`        |
 * | `r?`, `r+`, `r*` | `r.optional()`, `r.plus()`, `r.star()` |
 */
export class Relation {
  readonly #stride: number;

  private constructor(
    readonly size: number,
    /** Row by row: which events the event of that row is related to. */
    readonly words: Int32Array,
  ) {
    this.#stride = (size + 31) >>> 5;
  }

  static none(size: number): Relation {
    return new Relation(size, new Int32Array(size * ((size + 31) >>> 5)));
  }

  static of(size: number, pairs: Iterable<readonly [number, number]>): Relation {
    const relation = Relation.none(size);
    for (const [from, to] of pairs) relation.#add(from, to);
    return relation;
  }

  static where(size: number, isRelated: (from: number, to: number) => boolean): Relation {
    const relation = Relation.none(size);
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) if (isRelated(from, to)) relation.#add(from, to);
    }
    return relation;
  }

  /** Each member related to itself: cat's `[A]`. */
  static identity(set: EventSet): Relation {
    const relation = Relation.none(set.size);
    for (const event of set.members()) relation.#add(event, event);
    return relation;
  }

  /** Each event of `from` related to each of `to`: cat's `A * B`. */
  static cross(from: EventSet, to: EventSet): Relation {
    const relation = Relation.none(from.size);
    const stride = relation.#stride;
    for (const event of from.members()) relation.words.set(to.words, event * stride);
    return relation;
  }

  has(from: number, to: number): boolean {
    return ((this.words[from * this.#stride + (to >>> 5)]! >>> (to & 31)) & 1) === 1;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  /** All pairs, ascending. */
  pairs(): [from: number, to: number][] {
    const pairs: [number, number][] = [];
    for (let from = 0; from < this.size; from++) {
      for (const to of this.successors(from)) pairs.push([from, to]);
    }
    return pairs;
  }

  /** What `from` is related to, ascending. */
  successors(from: number): number[] {
    const found: number[] = [];
    for (let w = 0; w < this.#stride; w++) {
      for (let rest = this.words[from * this.#stride + w]!; rest !== 0; rest &= rest - 1) {
        found.push(32 * w + 31 - Math.clz32(rest & -rest));
      }
    }
    return found;
  }

  equals(other: Relation): boolean {
    return this.words.every((word, i) => word === other.words[i]);
  }

  or(...others: readonly Relation[]): Relation {
    const words = this.words.slice();
    for (const { words: theirs } of others) {
      for (let w = 0; w < words.length; w++) words[w]! |= theirs[w]!;
    }
    return new Relation(this.size, words);
  }

  and(...others: readonly Relation[]): Relation {
    const words = this.words.slice();
    for (const { words: theirs } of others) {
      for (let w = 0; w < words.length; w++) words[w]! &= theirs[w]!;
    }
    return new Relation(this.size, words);
  }

  minus(...others: readonly Relation[]): Relation {
    const words = this.words.slice();
    for (const { words: theirs } of others) {
      for (let w = 0; w < words.length; w++) words[w]! &= ~theirs[w]!;
    }
    return new Relation(this.size, words);
  }

  complement(): Relation {
    const all = EventSet.all(this.size);
    return Relation.cross(all, all).minus(this);
  }

  /** This relation, then the next: related through an event between. */
  then(next: Relation): Relation {
    const { size, words } = this;
    const stride = this.#stride;
    const result = Relation.none(size);
    const into = result.words;
    for (let row = 0; row < size * stride; row += stride) {
      for (let w = 0; w < stride; w++) {
        for (let rest = words[row + w]!; rest !== 0; rest &= rest - 1) {
          const via = (32 * w + 31 - Math.clz32(rest & -rest)) * stride;
          for (let v = 0; v < stride; v++) into[row + v]! |= next.words[via + v]!;
        }
      }
    }
    return result;
  }

  /** Only what leads from one set into the other. */
  between(from: EventSet, to: EventSet): Relation {
    return this.from(from).to(to);
  }

  from(set: EventSet): Relation {
    const result = new Relation(this.size, this.words.slice());
    const stride = this.#stride;
    for (let event = 0; event < this.size; event++) {
      if (!set.has(event)) result.words.fill(0, event * stride, (event + 1) * stride);
    }
    return result;
  }

  to(set: EventSet): Relation {
    const result = new Relation(this.size, this.words.slice());
    for (let i = 0; i < result.words.length; i++) result.words[i]! &= set.words[i % this.#stride]!;
    return result;
  }

  inverse(): Relation {
    const result = Relation.none(this.size);
    for (let from = 0; from < this.size; from++) {
      for (const to of this.successors(from)) result.#add(to, from);
    }
    return result;
  }

  /** This or nothing: the reflexive closure. */
  optional(): Relation {
    const result = new Relation(this.size, this.words.slice());
    for (let event = 0; event < this.size; event++) result.#add(event, event);
    return result;
  }

  /** One step or several: the transitive closure. */
  plus(): Relation {
    const result = new Relation(this.size, this.words.slice());
    const { words } = result;
    const stride = this.#stride;
    // Warshall: after the round of `via`, every path through events up to `via` is an edge.
    for (let via = 0; via < this.size; via++) {
      const word = via >>> 5;
      const bit = via & 31;
      for (let row = 0; row < words.length; row += stride) {
        if (((words[row + word]! >>> bit) & 1) === 0) continue;
        for (let v = 0; v < stride; v++) words[row + v]! |= words[via * stride + v]!;
      }
    }
    return result;
  }

  /** Any number of steps, none too: the reflexive transitive closure. */
  star(): Relation {
    return this.plus().optional();
  }

  domain(): EventSet {
    const stride = this.#stride;
    return EventSet.where(this.size, (event) => {
      for (let w = 0; w < stride; w++) if (this.words[event * stride + w] !== 0) return true;
      return false;
    });
  }

  range(): EventSet {
    return this.inverse().domain();
  }

  get isIrreflexive(): boolean {
    for (let event = 0; event < this.size; event++) if (this.has(event, event)) return false;
    return true;
  }

  get isAcyclic(): boolean {
    return this.plus().isIrreflexive;
  }

  /** A shortest path, both ends included, of at least one step; undefined if there is none. */
  path(from: number, to: number): number[] | undefined {
    const reachedFrom = new Int32Array(this.size).fill(-1);
    let frontier = [from];
    while (frontier.length > 0) {
      const next: number[] = [];
      for (const event of frontier) {
        for (const successor of this.successors(event)) {
          if (successor === to) {
            const path = [to];
            for (let at = event; at !== from; at = reachedFrom[at]!) path.unshift(at);
            path.unshift(from);
            return path;
          }
          if (successor === from || reachedFrom[successor] !== -1) continue;
          reachedFrom[successor] = event;
          next.push(successor);
        }
      }
      frontier = next;
    }
    return undefined;
  }

  /** A shortest cycle, its first event repeated as its last; undefined if the relation is acyclic. */
  cycle(): number[] | undefined {
    const closure = this.plus();
    let shortest: number[] | undefined;
    for (let event = 0; event < this.size; event++) {
      if (!closure.has(event, event)) continue;
      const path = this.path(event, event);
      if (path && (!shortest || path.length < shortest.length)) shortest = path;
    }
    return shortest;
  }

  #add(from: number, to: number): void {
    this.words[from * this.#stride + (to >>> 5)]! |= 1 << (to & 31);
  }
}

/** The union of relations, `first` or any other. */
export function union(first: Relation, ...others: readonly Relation[]): Relation {
  return first.or(...others);
}

/** One relation after the other: cat's `r ; s ; …`. */
export function sequence(first: Relation, ...others: readonly Relation[]): Relation {
  return others.reduce((soFar, next) => soFar.then(next), first);
}
