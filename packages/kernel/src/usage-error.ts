/** What was asked for cannot be: a name that nobody has, or parts that do not fit together. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
