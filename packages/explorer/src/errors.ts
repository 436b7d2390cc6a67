/**
 * The program is not one that can be explored: it answered differently when it was run again, threw
 * an exception of its own, or used an operation where it is not allowed.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

/** The error of a thread that goes on after the explorer has stopped it. */
export function swallowed(thread: string): ModelError {
  return new ModelError(
    `${thread} caught the signal that stops it: a catch in a program must throw on what it does not know, and a finally must not touch cells`,
  );
}
