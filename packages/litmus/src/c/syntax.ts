import { type Position } from '../errors.js';

export type Expression = Position &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'dereference'; readonly pointer: Expression }
    | { readonly kind: 'address'; readonly of: Expression }
    | { readonly kind: 'unary'; readonly operator: '-' | '!' | '~'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'call';
        readonly function: string;
        readonly arguments: readonly Expression[];
      }
  );

export type Statement = Position &
  (
    | { readonly kind: 'assign'; readonly to: Expression; readonly value: Expression }
    | { readonly kind: 'evaluate'; readonly expression: Expression }
    | {
        readonly kind: 'if';
        readonly condition: Expression;
        readonly then: readonly Statement[];
        readonly otherwise: readonly Statement[];
      }
    | {
        readonly kind: 'while';
        readonly condition: Expression;
        readonly body: readonly Statement[];
        /** do … while: the body first. */
        readonly bodyFirst: boolean;
      }
  );

/** `P0(int *x, spinlock_t *l) { … }`. */
export interface ThreadFunction {
  /** Each is the address of the location of its name. */
  readonly parameters: readonly string[];
  /** The registers, declared or not. */
  readonly registers: ReadonlySet<string>;
  readonly body: readonly Statement[];
}
