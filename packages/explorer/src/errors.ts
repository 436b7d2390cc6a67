/**
 * The program is not one that can be explored: it answered differently when it was run again, threw
 * an exception of its own, or used an operation where it is not allowed.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}
