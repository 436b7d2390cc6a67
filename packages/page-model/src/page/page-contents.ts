import {
  type Allocation,
  cell,
  type Cell,
  formatted,
  MachineProperty,
  Order,
  Violation,
} from '@pagerace/machine';

/**
 * Bytes, one per character (U+0000–U+00FF), that fill half a page by being repeated: `'y\n'` is what
 * yes(1) writes, `'\0'` half a page of zeros. Strings, as they are immutable and compare by content.
 */
export type ByteString = string;

export const ZEROS: ByteString = '\0';

/** Of a page that is free, or was never written since it was allocated. */
const poison = null;

export type Half = 'lo' | 'hi';

/**
 * The contents of a page, in two halves, so that a device can write one while a CPU writes the other.
 *
 * A half is the unit of access: storing a byte fills the half with it.
 */
export class PageContents {
  readonly #halves: Readonly<Record<Half, Cell<ByteString | null>>>;
  readonly #halfSize: number;

  constructor(
    readonly name: string,
    pageSize: number,
    private readonly allocation: Allocation,
    initial: ByteString | null = poison,
  ) {
    this.#halfSize = pageSize / 2;
    this.#halves = {
      lo: formatted(cell(initial, `${name}.lo`), formatBytes),
      hi: formatted(cell(initial, `${name}.hi`), formatBytes),
    };
  }

  /** The byte at an offset from the start of the page. */
  load(offset: number): number {
    return byteAt(this.readHalf(this.#halfOf(offset)), offset % this.#halfSize);
  }

  /** Fills the half that the offset is in with a byte. */
  store(offset: number, byte: number): void {
    this.writeHalf(this.#halfOf(offset), String.fromCharCode(byte));
  }

  /**
   * The same, for a load that may turn out not to have happened.
   *
   * @returns what gives the byte, or throws if the load should not have been made
   */
  peek(offset: number): () => number {
    const half = this.#halfOf(offset);
    const bytes = this.#halves[half].read(Order.relaxed);
    return () => byteAt(this.#unpoisoned(half, bytes), offset % this.#halfSize);
  }

  /** @throws {Violation} `use-after-free` if the page is free */
  readHalf(half: Half): ByteString {
    return this.#unpoisoned(half, this.#halves[half].read(Order.relaxed));
  }

  #unpoisoned(half: Half, bytes: ByteString | null): ByteString {
    if (bytes === poison) {
      throw new Violation(
        MachineProperty.useAfterFree,
        `read of ${this.name}.${half}, which is free or was never written`,
      );
    }
    return bytes;
  }

  /**
   * @param generation of the allocation that the writer's pointer is into; see {@link Allocation}
   * @throws {Violation} `use-after-free` if the page is free or was given out again
   */
  writeHalf(half: Half, bytes: ByteString, generation?: number): void {
    this.allocation.check('write to', generation);
    this.#halves[half].write(bytes, Order.relaxed);
  }

  /** clear_highpage(), by somebody who alone has the page. */
  clear(): void {
    this.fill(ZEROS);
  }

  /** Fills the page, by somebody who alone has it. */
  fill(bytes: ByteString): void {
    this.#halves.lo.write(bytes, Order.relaxed);
    this.#halves.hi.write(bytes, Order.relaxed);
  }

  /** copy_highpage(), to a page that nobody else has. */
  copyFrom(source: PageContents): void {
    this.#halves.lo.write(source.readHalf('lo'), Order.relaxed);
    this.#halves.hi.write(source.readHalf('hi'), Order.relaxed);
  }

  /** The page is free: whoever reads it from now on makes a mistake. */
  poison(): void {
    this.#halves.lo.write(poison, Order.relaxed);
    this.#halves.hi.write(poison, Order.relaxed);
  }

  #halfOf(offset: number): Half {
    return offset < this.#halfSize ? 'lo' : 'hi';
  }
}

/** The byte at an offset into what the bytes fill. */
export function byteAt(bytes: ByteString, offset: number): number {
  return bytes.charCodeAt(offset % bytes.length);
}

function formatBytes(bytes: ByteString | null): string {
  if (bytes === poison) return 'poison';
  const first = Array.from({ length: Math.min(bytes.length, 4) }, (_, nth) => byteAt(bytes, nth));
  const shown = first.map(hexByte).join(' ');
  return bytes.length > 4 ? `${shown} …` : shown;
}

function hexByte(byte: number): string {
  return `0x${byte.toString(16)}`;
}
