import { type Constructor, parametersOf } from './injectable.js';
import { nameOf, providersOf } from './token.js';
import { WiringError } from './wiring-error.js';

/** What a token is bound to: a class that is to be built, or a value that is there already. */
export type Binding = { readonly class: Constructor } | { readonly value: unknown };

/** One step on the way from the token that was asked for to the one that is at fault. */
interface Step {
  readonly token: symbol;
  readonly class: Constructor;
  readonly parameter: number;
}

/**
 * Finds out what building `token` takes, before anything is built, so that a graph that cannot be
 * completed fails as a whole and not with half of it made.
 *
 * @param built tokens that have their instance already
 * @returns the tokens to build, each after all those that it needs
 * @throws WiringError `missing binding` or `dependency cycle`, with the chain of who asked for what
 */
export function plan(
  token: symbol,
  bindings: ReadonlyMap<symbol, Binding>,
  built: ReadonlySet<symbol>,
): Iterable<symbol> {
  const planned = new Set<symbol>();
  visit(token, []);
  return planned;

  function visit(token: symbol, chain: readonly Step[]): void {
    if (built.has(token) || planned.has(token)) return;
    const start = chain.findIndex((step) => step.token === token);
    if (start >= 0) throw cycle(token, chain.slice(start));
    const binding = bindings.get(token);
    if (!binding) throw missing(token, chain, bindings);
    if ('class' in binding) {
      parametersOf(binding.class).forEach((parameter, index) => {
        if (!parameter) return;
        visit(parameter, [...chain, { token, class: binding.class, parameter: index + 1 }]);
      });
    }
    planned.add(token);
  }
}

function missing(
  token: symbol,
  chain: readonly Step[],
  bindings: ReadonlyMap<symbol, Binding>,
): WiringError {
  const lines = [`Nothing is bound to ${nameOf(token)}.`, ...explain(chain, token)];
  if ([...bindings.keys()].some((bound) => nameOf(bound) === nameOf(token))) {
    // A plug-in that comes with a copy of its own, say.
    lines.push('Another token of that name is bound: the package that makes it is there twice.');
  }
  const providers = providersOf(token);
  if (providers.length > 0) lines.push(`${nameOf(token)} is provided by ${providers.join(', ')}.`);
  return new WiringError('missing binding', lines.join('\n  '));
}

function cycle(token: symbol, chain: readonly Step[]): WiringError {
  const lines = [`${nameOf(token)} needs itself.`, ...explain(chain, token)];
  return new WiringError('dependency cycle', lines.join('\n  '));
}

/** One sentence per step, from the token that was asked for down to `last`. */
function explain(chain: readonly Step[], last: symbol): string[] {
  return chain.map((step, index) => {
    const next = nameOf(chain[index + 1]?.token ?? last);
    return `${nameOf(step.token)} is built by ${step.class.name}, whose parameter ${step.parameter} asks for ${next}.`;
  });
}
