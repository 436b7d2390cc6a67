/** A set of events, numbered from 0 to `size` - 1; immutable. */
export class EventSet {
  private constructor(
    /** How many events there are to be members or not. */
    readonly size: number,
    /** Bit i of word w: is event 32·w + i a member? */
    readonly words: Int32Array,
  ) {}

  static none(size: number): EventSet {
    return new EventSet(size, new Int32Array((size + 31) >>> 5));
  }

  static all(size: number): EventSet {
    return EventSet.where(size, () => true);
  }

  static of(size: number, members: Iterable<number>): EventSet {
    const { words } = EventSet.none(size);
    for (const event of members) words[event >>> 5]! |= 1 << (event & 31);
    return new EventSet(size, words);
  }

  static where(size: number, isMember: (event: number) => boolean): EventSet {
    const { words } = EventSet.none(size);
    for (let event = 0; event < size; event++) {
      if (isMember(event)) words[event >>> 5]! |= 1 << (event & 31);
    }
    return new EventSet(size, words);
  }

  has(event: number): boolean {
    return ((this.words[event >>> 5]! >>> (event & 31)) & 1) === 1;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  /** The members, ascending. */
  members(): number[] {
    const members: number[] = [];
    for (let event = 0; event < this.size; event++) if (this.has(event)) members.push(event);
    return members;
  }

  or(...others: readonly EventSet[]): EventSet {
    return this.#combine(others, (mine, theirs) => mine | theirs);
  }

  and(...others: readonly EventSet[]): EventSet {
    return this.#combine(others, (mine, theirs) => mine & theirs);
  }

  minus(...others: readonly EventSet[]): EventSet {
    return this.#combine(others, (mine, theirs) => mine & ~theirs);
  }

  complement(): EventSet {
    return EventSet.all(this.size).minus(this);
  }

  #combine(others: readonly EventSet[], operation: (a: number, b: number) => number): EventSet {
    const words = this.words.slice();
    for (const other of others) {
      for (let w = 0; w < words.length; w++) words[w] = operation(words[w]!, other.words[w]!);
    }
    return new EventSet(this.size, words);
  }
}
