/**
 * What is known so far of the order of writes: a partial order, closed under transitivity, with pairs
 * between which nothing may come (the write that a read-modify-write reads, and the one it makes).
 */
export class CoherenceOrder {
  readonly #before: Uint8Array;
  readonly #adjacent: (readonly [number, number])[];

  private constructor(
    readonly size: number,
    before: Uint8Array,
    adjacent: (readonly [number, number])[],
  ) {
    this.#before = before;
    this.#adjacent = adjacent;
  }

  static empty(size: number): CoherenceOrder {
    return new CoherenceOrder(size, new Uint8Array(size * size), []);
  }

  copy(): CoherenceOrder {
    return new CoherenceOrder(this.size, this.#before.slice(), this.#adjacent.slice());
  }

  isBefore(first: number, second: number): boolean {
    return this.#before[first * this.size + second] === 1;
  }

  /** Orders two writes. False if they are ordered the other way already. */
  add(first: number, second: number): boolean {
    if (first === second || this.isBefore(second, first)) return false;
    if (this.isBefore(first, second)) return true;
    const { size } = this;
    const after = [second];
    for (let b = 0; b < size; b++) if (this.isBefore(second, b)) after.push(b);
    for (let a = 0; a < size; a++) {
      if (a !== first && !this.isBefore(a, first)) continue;
      for (const b of after) this.#before[a * size + b] = 1;
    }
    return true;
  }

  /** Nothing may come between these two. */
  addAdjacent(first: number, second: number): boolean {
    this.#adjacent.push([first, second]);
    return this.add(first, second);
  }

  /** Draws the conclusions from adjacent pairs; false if they contradict. */
  settle(): boolean {
    for (let changed = true; changed;) {
      changed = false;
      for (const [first, second] of this.#adjacent) {
        for (let other = 0; other < this.size; other++) {
          if (other === first || other === second) continue;
          if (this.isBefore(first, other) && !this.isBefore(second, other)) {
            if (!this.add(second, other)) return false;
            changed = true;
          }
          if (this.isBefore(other, second) && !this.isBefore(other, first)) {
            if (!this.add(other, first)) return false;
            changed = true;
          }
        }
      }
    }
    return true;
  }

  *pairs(): Generator<[number, number]> {
    for (let a = 0; a < this.size; a++) {
      for (let b = 0; b < this.size; b++) if (this.isBefore(a, b)) yield [a, b];
    }
  }
}
