/**
 * Sets of events, many of them and of one size: row `r` is a set, one bit per event. As a relation, row `e`
 * is what comes before event `e`.
 */
export class EventRows {
  #bits = new Int32Array(0);
  #words = 0;

  /** Makes `rows` empty sets of events below `events`; the memory is used again. */
  reset(rows: number, events: number): void {
    this.#words = (events + 31) >>> 5;
    const length = rows * this.#words;
    if (length > this.#bits.length) this.#bits = new Int32Array(length * 2);
    else this.#bits.fill(0, 0, length);
  }

  add(row: number, event: number): void {
    this.#bits[row * this.#words + (event >>> 5)]! |= 1 << (event & 31);
  }

  remove(row: number, event: number): void {
    this.#bits[row * this.#words + (event >>> 5)]! &= ~(1 << (event & 31));
  }

  has(row: number, event: number): boolean {
    return (this.#bits[row * this.#words + (event >>> 5)]! & (1 << (event & 31))) !== 0;
  }

  /** Adds the events of another set, which has the same events. */
  include(row: number, from: EventRows, fromRow: number): void {
    const words = this.#words;
    const to = row * words;
    const at = fromRow * words;
    for (let w = 0; w < words; w++) this.#bits[to + w]! |= from.#bits[at + w]!;
  }

  /** Adds the events that are in both of two sets. */
  includeCommon(
    row: number,
    one: EventRows,
    oneRow: number,
    other: EventRows,
    otherRow: number,
  ): void {
    const words = this.#words;
    const to = row * words;
    const a = oneRow * words;
    const b = otherRow * words;
    for (let w = 0; w < words; w++) this.#bits[to + w]! |= one.#bits[a + w]! & other.#bits[b + w]!;
  }

  /** Whether two sets have an event in common. */
  meets(row: number, other: EventRows, otherRow: number): boolean {
    const words = this.#words;
    const a = row * words;
    const b = otherRow * words;
    for (let w = 0; w < words; w++) {
      if ((this.#bits[a + w]! & other.#bits[b + w]!) !== 0) return true;
    }
    return false;
  }

  /** The greatest event of the set that is below `below`, or -1. */
  previous(row: number, below: number): number {
    const at = row * this.#words;
    let w = (below - 1) >>> 5;
    if (below <= 0) return -1;
    let word = this.#bits[at + w]! & (-1 >>> (31 - ((below - 1) & 31)));
    while (word === 0) {
      if (--w < 0) return -1;
      word = this.#bits[at + w]!;
    }
    return (w << 5) + 31 - Math.clz32(word);
  }

  /** The least event of the set that is not below `from` and not in row 0 of `others`, or -1. */
  nextOutside(row: number, from: number, others: EventRows): number {
    const words = this.#words;
    const at = row * words;
    let w = from >>> 5;
    if (w >= words) return -1;
    let word = this.#bits[at + w]! & ~others.#bits[w]! & (-1 << (from & 31));
    while (word === 0) {
      if (++w === words) return -1;
      word = this.#bits[at + w]! & ~others.#bits[w]!;
    }
    return (w << 5) + 31 - Math.clz32(word & -word);
  }

  /** Adds the events of another set but for those of a third. */
  includeOutside(
    row: number,
    from: EventRows,
    fromRow: number,
    out: EventRows,
    outRow: number,
  ): void {
    const words = this.#words;
    const to = row * words;
    const a = fromRow * words;
    const b = outRow * words;
    for (let w = 0; w < words; w++) this.#bits[to + w]! |= from.#bits[a + w]! & ~out.#bits[b + w]!;
  }

  /** Empties one set. */
  clear(row: number): void {
    this.#bits.fill(0, row * this.#words, (row + 1) * this.#words);
  }
}

/** Orders events so that each comes after all that are before it. */
export class TopologicalOrder {
  /** The events in order, if there is one. */
  order = new Int32Array(0);
  #open = new Uint8Array(0);
  readonly #done = new EventRows();
  #stack = new Int32Array(0);
  #next = new Int32Array(0);

  /** @returns whether the relation has no cycle, and `order` is right */
  sort(before: EventRows, events: number): boolean {
    if (this.order.length < events) {
      this.order = new Int32Array(events * 2);
      this.#open = new Uint8Array(events * 2);
      this.#stack = new Int32Array(events * 2);
      this.#next = new Int32Array(events * 2);
    }
    const open = this.#open.fill(0, 0, events);
    const done = this.#done;
    done.reset(1, events);
    const stack = this.#stack;
    const next = this.#next;
    const order = this.order;
    let ordered = 0;
    for (let root = 0; root < events; root++) {
      if (done.has(0, root)) continue;
      let depth = 0;
      stack[0] = root;
      next[0] = 0;
      open[root] = 1;
      while (depth >= 0) {
        const event = stack[depth]!;
        const earlier = before.nextOutside(event, next[depth]!, done);
        if (earlier < 0) {
          done.add(0, event);
          order[ordered++] = event;
          depth--;
          continue;
        }
        next[depth] = earlier + 1;
        if (open[earlier] === 1) return false;
        open[earlier] = 1;
        depth++;
        stack[depth] = earlier;
        next[depth] = 0;
      }
    }
    return true;
  }
}
