import { type Value } from './value.js';

/** What a condition speaks of: a thread's register at its end, or a location's last value. */
export type Observable =
  | { readonly kind: 'register'; readonly thread: number; readonly name: string }
  | { readonly kind: 'location'; readonly name: string };

export type Proposition =
  | { readonly kind: 'equal'; readonly left: Observable; readonly right: Value }
  | { readonly kind: 'same'; readonly left: Observable; readonly right: Observable }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Proposition[] }
  | { readonly kind: 'not'; readonly part: Proposition }
  | { readonly kind: 'true' };

/** What a test asks of its executions. */
export interface Condition {
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly proposition: Proposition;
}

/** The final value of an observable; undefined as long as it is not known. */
export type Valuation = (observable: Observable) => Value | undefined;

/** Whether a proposition holds; undefined if what is known does not settle it. */
export function evaluate(proposition: Proposition, valuation: Valuation): boolean | undefined {
  switch (proposition.kind) {
    case 'true':
      return true;
    case 'equal': {
      const value = valuation(proposition.left);
      return value === undefined ? undefined : value === proposition.right;
    }
    case 'same': {
      const [left, right] = [valuation(proposition.left), valuation(proposition.right)];
      return left === undefined || right === undefined ? undefined : left === right;
    }
    case 'not': {
      const part = evaluate(proposition.part, valuation);
      return part === undefined ? undefined : !part;
    }
    case 'and':
    case 'or': {
      const decisive = proposition.kind === 'or';
      let settled = true;
      for (const part of proposition.parts) {
        const value = evaluate(part, valuation);
        if (value === decisive) return decisive;
        settled &&= value !== undefined;
      }
      return settled ? !decisive : undefined;
    }
  }
}

/** Everything that a proposition speaks of, each once, in the order of the text. */
export function observablesOf(proposition: Proposition): Observable[] {
  const found = new Map<string, Observable>();
  const visit = (part: Proposition): void => {
    if (part.kind === 'equal' || part.kind === 'same') found.set(nameOf(part.left), part.left);
    if (part.kind === 'same') found.set(nameOf(part.right), part.right);
    if (part.kind === 'not') visit(part.part);
    if (part.kind === 'and' || part.kind === 'or') part.parts.forEach(visit);
  };
  visit(proposition);
  return [...found.values()];
}

/** As herd7 writes it: `0:r1`, `[x]`. */
export function nameOf(observable: Observable): string {
  return observable.kind === 'register'
    ? `${String(observable.thread)}:${observable.name}`
    : `[${observable.name}]`;
}

/** As herd7 writes it: `(0:r0=1 /\ [x]=2)`. */
export function propositionText(proposition: Proposition): string {
  switch (proposition.kind) {
    case 'true':
      return 'true';
    case 'equal':
      return `${nameOf(proposition.left)}=${String(proposition.right)}`;
    case 'same':
      return `${nameOf(proposition.left)}=${nameOf(proposition.right)}`;
    case 'not':
      return `not (${propositionText(proposition.part)})`;
    case 'and':
    case 'or': {
      const inner = proposition.parts.map((part) =>
        proposition.kind === 'and' && part.kind === 'or'
          ? `(${propositionText(part)})`
          : propositionText(part),
      );
      return inner.join(proposition.kind === 'and' ? ' /\\ ' : ' \\/ ');
    }
  }
}

/** As herd7 writes it after `Condition`. */
export function conditionText({ quantifier, proposition }: Condition): string {
  return `${quantifier} (${propositionText(proposition)})`;
}
