/**
 * A small random number generator: xoshiro128** 1.1 of D. Blackman and S. Vigna, "Scrambled Linear
 * Pseudorandom Number Generators" (ACM TOMS 47, 2021). Equal seeds give equal sequences, everywhere.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /** @param seed its low 32 bits count; they are spread over the state by steps of a Weyl sequence and a mixer */
  constructor(seed: number) {
    let weyl = seed | 0;
    for (let word = 0; word < 4; word++) {
      weyl = (weyl + 0x9e37_79b9) | 0;
      // The finalizer of MurmurHash3, which never maps four different words to zero.
      let mixed = weyl;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
      this.#state[word] = mixed ^ (mixed >>> 16);
    }
  }

  /** The next 32 bits, as an unsigned number. */
  bits(): number {
    const state = this.#state;
    const [a, b, c, d] = state as unknown as [number, number, number, number];
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    state[2] = c ^ a;
    state[3] = d ^ b;
    state[1] = b ^ state[2]!;
    state[0] = a ^ state[3]!;
    state[2] = state[2]! ^ (b << 9);
    state[3] = rotated(state[3]!, 11);
    return result;
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A whole number in 0 … limit-1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
