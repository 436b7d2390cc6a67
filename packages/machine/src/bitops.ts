import { type Cell, cell, Order } from '@pagerace/explorer';
import { orderHere } from './ordering-site.js';
import { trace } from './trace.js';

/**
 * One bit of a flags word: 0 or 1.
 *
 * Each bit is a cell of its own, since operations on different bits of a word commute; a read of the
 * whole word reads every bit, see {@link FlagsWord}.
 */
export type Bit = Cell<number>;

/** A flags word, by the names of its bits. */
export class FlagsWord<Name extends string> {
  readonly #bits: Readonly<Record<Name, Bit>>;

  /**
   * @param prefix goes before each bit's name, as in `page0.PG_`
   * @param set the bits that are set at first
   */
  constructor(prefix: string, names: readonly Name[], set: readonly Name[] = []) {
    this.#bits = Object.fromEntries(
      names.map((name) => [name, cell(set.includes(name) ? 1 : 0, prefix + name)]),
    ) as Record<Name, Bit>;
  }

  bit(name: Name): Bit {
    return this.#bits[name];
  }

  /** READ_ONCE() of the whole word. @returns the names of the bits that are set */
  readAll(): Name[] {
    return (Object.keys(this.#bits) as Name[]).filter((name) => testBit(this.#bits[name]));
  }
}

/** test_bit(): unordered. */
export function testBit(bit: Bit): boolean {
  trace('test_bit');
  return bit.read(Order.relaxed) === 1;
}

// Documentation/atomic_bitops.txt: set_bit() and clear_bit() are read-modify-writes of the word and
// unordered; the test_and_ forms are fully ordered, _lock acquires, _unlock releases.

/** set_bit(): unordered. */
export function setBit(bit: Bit): void {
  trace('set_bit');
  bit.exchange(1, Order.relaxed);
}

/** clear_bit(): unordered. */
export function clearBit(bit: Bit): void {
  trace('clear_bit');
  bit.exchange(0, Order.relaxed);
}

/** @returns whether the bit was set before */
export function testAndSetBit(bit: Bit, site?: string): boolean {
  const order = orderHere('test_and_set_bit', Order.full, site);
  trace('test_and_set_bit');
  return bit.exchange(1, order) === 1;
}

/** @returns whether the bit was set before */
export function testAndClearBit(bit: Bit, site?: string): boolean {
  const order = orderHere('test_and_clear_bit', Order.full, site);
  trace('test_and_clear_bit');
  return bit.exchange(0, order) === 1;
}

/** Acquires if it sets the bit, and orders nothing if it was set. @returns whether it was set before */
export function testAndSetBitLock(bit: Bit, site?: string): boolean {
  const order = orderHere('test_and_set_bit_lock', Order.acquire, site);
  trace('test_and_set_bit_lock');
  return bit.compareExchange(0, 1, order) === 1;
}

/** Releases. @returns whether the bit was set before, which the kernel's own does not say */
export function clearBitUnlock(bit: Bit, site?: string): boolean {
  const order = orderHere('clear_bit_unlock', Order.release, site);
  trace('clear_bit_unlock');
  return bit.exchange(0, order) === 1;
}

/** __set_bit(): an ordinary write, for a word that nobody else can reach. */
export function nonatomicSetBit(bit: Bit): void {
  trace('__set_bit');
  bit.write(1, Order.relaxed);
}

/** __clear_bit(): an ordinary write, for a word that nobody else can reach. */
export function nonatomicClearBit(bit: Bit): void {
  trace('__clear_bit');
  bit.write(0, Order.relaxed);
}
