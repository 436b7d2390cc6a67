import type { Watch } from '@pagerace/explorer';

const headerBytes = 8;
const nameBytes = 256;

/** What a thread that explores shows of the program that it runs, in memory that it shares. */
export class Pulse implements Watch {
  /** The number of calls of this watch, and the length of the name that follows. */
  readonly #words: Int32Array;
  readonly #name: Uint8Array;
  readonly #encoded = new Map<string, Uint8Array>();

  constructor(readonly memory = new SharedArrayBuffer(headerBytes + nameBytes)) {
    this.#words = new Int32Array(memory, 0, 2);
    this.#name = new Uint8Array(memory, headerBytes);
  }

  readonly runs = (part: string | undefined): void => {
    if (part !== undefined) {
      let bytes = this.#encoded.get(part);
      if (bytes === undefined) {
        bytes = new TextEncoder().encode(part).subarray(0, nameBytes);
        this.#encoded.set(part, bytes);
      }
      this.#name.set(bytes);
      Atomics.store(this.#words, 1, bytes.length);
    } else Atomics.store(this.#words, 1, 0);
    Atomics.add(this.#words, 0, 1);
  };

  readonly operates = (): void => {
    Atomics.add(this.#words, 0, 1);
  };

  /** Changes with every call of this watch. */
  get beat(): number {
    return Atomics.load(this.#words, 0);
  }

  /** The part of a program that runs, if one does. */
  get running(): string | undefined {
    const length = Atomics.load(this.#words, 1);
    return length === 0 ? undefined : new TextDecoder().decode(this.#name.slice(0, length));
  }
}
