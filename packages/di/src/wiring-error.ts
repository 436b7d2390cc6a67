/** What can be wrong with an object graph. */
export type WiringErrorKind =
  | 'already bound'
  | 'nothing to override'
  | 'already in use'
  | 'unlike what it replaces'
  | 'not injectable'
  | 'parameter without token'
  | 'undefined value'
  | 'missing binding'
  | 'dependency cycle';

/** An object graph that cannot be put together. The message says where and, if known, what helps. */
export class WiringError extends Error {
  override readonly name = 'WiringError';

  constructor(
    readonly kind: WiringErrorKind,
    message: string,
  ) {
    super(message);
  }
}
