declare const type: unique symbol;

/**
 * Names one seam of an object graph, and the type of whatever fills it.
 *
 * The brand is invariant: a `Token<A>` is no `Token<B>`, even where `A` extends `B`, and a bare
 * `Symbol()` is no token at all. A token costs nothing at run time beyond its symbol.
 */
export type Token<T> = symbol & { readonly [type]: (_: T) => T };

/** What is known of a token beyond its name; only error messages read it. */
export interface TokenHints {
  /** The packages that are known to provide an implementation. */
  readonly providedBy?: readonly string[];
}

const hints = new WeakMap<symbol, TokenHints>();

/**
 * Makes a new token.
 *
 * @param description how errors name it, by convention `package.Interface`
 */
export function token<T>(description: string, tokenHints: TokenHints = {}): Token<T> {
  const made = Symbol(description) as Token<T>;
  hints.set(made, tokenHints);
  return made;
}

/** The name that a token was given. */
export function nameOf(token: symbol): string {
  return token.description ?? 'an unnamed token';
}

/** The packages that its declaration says provide this token. */
export function providersOf(token: symbol): readonly string[] {
  return hints.get(token)?.providedBy ?? [];
}
