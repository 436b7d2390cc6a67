/** The read-modify-write operations that the explorer can evaluate without running the thread again. */
export const Update = {
  add: 0,
  exchange: 1,
  compareExchange: 2,
  addUnless: 3,
  /** An arbitrary pure function of the old value; `undefined` means that nothing is written. */
  apply: 4,
} as const;
export type Update = (typeof Update)[keyof typeof Update];

/** The result of an update that fails: the access is then a read and writes nothing. */
export const noWrite: unique symbol = Symbol('no write');

/**
 * The value that `update` stores over `old`, or {@link noWrite}.
 *
 * @param first the addend, the new value, the expected value or the function, by the kind of update
 * @param second the desired value of a compare-exchange, or the forbidden one of add-unless
 */
export function updatedValue(
  update: Update,
  old: unknown,
  first: unknown,
  second: unknown,
): unknown {
  switch (update) {
    case Update.add:
      return (old as number) + (first as number);
    case Update.exchange:
      return first;
    case Update.compareExchange:
      return old === first ? second : noWrite;
    case Update.addUnless:
      return old === second ? noWrite : (old as number) + (first as number);
    case Update.apply: {
      const value = (first as (old: unknown) => unknown)(old);
      return value === undefined ? noWrite : value;
    }
  }
}

/**
 * Whether an update that fails has only looked: it is an ordinary read, of a value that may be older
 * than one that an atomic access could read. A compare-exchange that fails was an atomic access.
 */
export function onlyLooks(update: Update): boolean {
  return update === Update.addUnless || update === Update.apply;
}
