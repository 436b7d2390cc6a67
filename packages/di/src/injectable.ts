import type { Token } from './token.js';
import * as tsyringe from './tsyringe.js';

/** Any class whose constructor the container may call. */
export type Constructor<T = unknown> = new (...args: never[]) => T;

/** Tokens by position of the constructor parameter; a hole is a parameter without `@inject`. */
type ParameterTokens = (symbol | undefined)[];

const parameterTokens = new WeakMap<object, ParameterTokens>();
const injectables = new WeakSet<object>();

/** Says which token fills a constructor parameter. Every parameter of an injectable class has one. */
export function inject<T>(token: Token<T>): ParameterDecorator {
  const decorate = tsyringe.inject(token);
  return (target, property, index) => {
    const tokens = parameterTokens.get(target) ?? [];
    tokens[index] = token;
    parameterTokens.set(target, tokens);
    decorate(target, property, index);
  };
}

/**
 * Says that a class may be bound to a token.
 *
 * A subclass without a constructor of its own takes over its parent's parameters. tsyringe would call
 * such a constructor with no arguments at all and say nothing.
 */
export function injectable(): (target: Constructor) => void {
  const decorate = tsyringe.injectable();
  return (target) => {
    const inherited = parameterTokens.get(Object.getPrototypeOf(target) as object);
    if (target.length === 0 && !parameterTokens.has(target) && inherited) {
      inherited.forEach((token, index) => {
        if (token) inject(token as Token<unknown>)(target, undefined, index);
      });
    }
    injectables.add(target);
    decorate(target);
  };
}

/** Whether the class itself, not merely its parent, is marked. */
export function isInjectable(target: Constructor): boolean {
  return injectables.has(target);
}

/** The tokens that a class asks for, in the order of its constructor's parameters. */
export function parametersOf(target: Constructor): readonly (symbol | undefined)[] {
  const tokens = parameterTokens.get(target) ?? [];
  return Array.from(
    { length: Math.max(tokens.length, target.length) },
    (_, index) => tokens[index],
  );
}
