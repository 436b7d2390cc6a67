/** A property of the program that does not hold in this execution. */
export class Violation extends Error {
  override readonly name = 'Violation';

  /**
   * @param property the id of the property, such as `assertion` or `use-after-free`
   * @param message what went wrong, in one sentence
   * @param options the cause, where something else was thrown
   */
  constructor(
    readonly property: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Demands `condition`: a thread that fails it ends there, and the execution violates `assertion`. */
export function assert(condition: boolean, message = 'assertion failed'): asserts condition {
  if (!condition) throw new Violation('assertion', message);
}
