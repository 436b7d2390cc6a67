import type { Token, Wiring } from '@pagerace/di';

/** A class that the container can build. */
export type Constructor<T> = new (...args: never[]) => T;

/** What fills a seam: a class, built once per run, or a value. */
export type Provision<T> =
  | { readonly token: Token<T>; readonly useClass: Constructor<NoInfer<T>> }
  | { readonly token: Token<T>; readonly useValue: NoInfer<T> };

/** A list of provisions, each for a token of its own type. */
export type Provisions<Types extends readonly unknown[]> = readonly [
  ...{ [Nth in keyof Types]: Provision<Types[Nth]> },
];

/** A provision whose type has been checked. */
export interface AnyProvision {
  readonly token: symbol;
  /** Binds a token that is free. */
  bind(wiring: Wiring): void;
  /** Replaces what a token is bound to. */
  override(wiring: Wiring): void;
}

/** Forgets the types of provisions, after the compiler has checked each against its token. */
export function provisions<Types extends readonly unknown[]>(
  list: Provisions<Types>,
): readonly AnyProvision[] {
  return (list as readonly Provision<unknown>[]).map((one) => ({
    token: one.token,
    bind: (wiring) => {
      if ('useClass' in one) wiring.bind(one.token, one.useClass);
      else wiring.bindValue(one.token, one.useValue);
    },
    override: (wiring) => {
      if ('useClass' in one) wiring.override(one.token, one.useClass);
      else wiring.overrideValue(one.token, one.useValue);
    },
  }));
}
