import { type Constructor, isInjectable, parametersOf } from './injectable.js';
import { type Binding, plan } from './plan.js';
import { nameOf, type Token } from './token.js';
import { container, Lifecycle } from './tsyringe.js';
import { WiringError } from './wiring-error.js';

/**
 * One run's object graph. Each token has one implementation and each implementation one instance,
 * built when it is first asked for; nothing that is bound here can be seen from another `Wiring`.
 *
 * Compose once per run and keep what `get` returns: the container has no place in a hot loop.
 */
export class Wiring {
  // A container of its own for each run: registrations in tsyringe's global one outlive the run. And
  // never a child of this one: tsyringe would build container-scoped instances anew in a child.
  readonly #container = container.createChildContainer();
  readonly #bindings = new Map<symbol, Binding>();
  /** Tokens that have their instance. They cannot change any more. */
  readonly #built = new Set<symbol>();

  /**
   * Binds a token to the class that implements it.
   *
   * @throws WiringError `already bound`: a second implementation must say that it overrides
   */
  bind<T>(token: Token<T>, implementation: Constructor<NoInfer<T>>): this {
    this.#mustBeFree(token);
    return this.#register(token, { class: implementation });
  }

  /** Binds a token to a value that exists already, such as a setting. It may not be `undefined`. */
  bindValue<T>(token: Token<T>, value: NoInfer<T>): this {
    this.#mustBeFree(token);
    return this.#register(token, { value });
  }

  /**
   * Replaces the implementation of a token, as a variant does with one seam of its base.
   *
   * @throws WiringError `nothing to override`: the base does not have this seam; `unlike what it replaces`:
   *   the two have no function in common, so that it must be meant for another token
   */
  override<T>(token: Token<T>, implementation: Constructor<NoInfer<T>>): this {
    return this.#replace(token, { class: implementation });
  }

  /** Replaces whatever a token is bound to by a value. */
  overrideValue<T>(token: Token<T>, value: NoInfer<T>): this {
    return this.#replace(token, { value });
  }

  /** Whether something is bound to the token. */
  has(token: symbol): boolean {
    return this.#bindings.has(token);
  }

  /** Whether another token of the same name is bound: the package that makes it is there twice. */
  hasNamesake(token: symbol): boolean {
    return [...this.#bindings.keys()].some(
      (bound) => bound !== token && nameOf(bound) === nameOf(token),
    );
  }

  /**
   * The implementation of a token, built together with everything that it needs.
   *
   * @throws WiringError `missing binding` or `dependency cycle`, before anything has been built
   */
  get<T>(token: Token<T>): T {
    // In the order of the plan, so that what a constructor throws arrives here as it was thrown:
    // tsyringe wraps it once for each level of dependencies that it descends by itself.
    for (const next of plan(token, this.#bindings, this.#built)) {
      this.#container.resolve(next);
      this.#built.add(next);
    }
    return this.#container.resolve<T>(token);
  }

  #mustBeFree(token: symbol): void {
    if (!this.#bindings.has(token)) return;
    throw new WiringError(
      'already bound',
      `${nameOf(token)} is bound to ${this.#describe(token)} already. Use override() to replace it.`,
    );
  }

  #replace(token: symbol, binding: Binding): this {
    const before = this.#bindings.get(token);
    if (before === undefined) {
      throw new WiringError(
        'nothing to override',
        `${nameOf(token)} is not bound, so there is nothing to override.`,
      );
    }
    if (this.#built.has(token)) {
      throw new WiringError(
        'already in use',
        `${nameOf(token)} is in use as ${this.#describe(token)}: override it before the first get().`,
      );
    }
    return this.#register(token, binding, before);
  }

  /** No compiler may have seen that an implementation is one of this token. */
  #mustBeAlike(token: symbol, binding: Binding, before: Binding): void {
    const [has, wanted] = [functionsOf(binding), functionsOf(before)];
    if (has.size === 0 || wanted.size === 0 || share(has, wanted)) return;
    const [like] = [...this.#bindings].find(([, other]) => share(has, functionsOf(other))) ?? [];
    const hint = like === undefined ? '' : ` Is it meant for ${nameOf(like)}?`;
    throw new WiringError(
      'unlike what it replaces',
      `${describe(binding)} is no ${nameOf(token)}: it has ${listed(has)}, but not ${listed(wanted)} as ${describe(before)} has.${hint}`,
    );
  }

  #describe(token: symbol): string {
    return describe(this.#bindings.get(token)!);
  }

  #register(token: symbol, binding: Binding, before?: Binding): this {
    if ('class' in binding) mustBeBuildable(token, binding.class);
    else if (binding.value === undefined)
      throw new WiringError('undefined value', `The value for ${nameOf(token)} is undefined.`);
    if (before !== undefined) this.#mustBeAlike(token, binding, before);
    if ('class' in binding) {
      this.#container.register(
        token,
        { useClass: binding.class },
        { lifecycle: Lifecycle.ContainerScoped },
      );
    } else {
      // Not `useValue`: tsyringe takes one that is null for no provider at all.
      this.#container.register(token, { useFactory: () => binding.value });
    }
    this.#bindings.set(token, binding);
    return this;
  }
}

function describe(binding: Binding): string {
  return 'class' in binding ? binding.class.name : 'a value';
}

/** The functions that callers find on what a token is bound to; a class may make more when it is built. */
function functionsOf(binding: Binding): ReadonlySet<string> {
  const names = new Set<string>();
  let from: unknown = 'class' in binding ? binding.class.prototype : binding.value;
  while (typeof from === 'object' && from !== null && from !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(from)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    from = Object.getPrototypeOf(from);
  }
  return names;
}

function share(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some((name) => others.has(name));
}

function listed(functions: ReadonlySet<string>): string {
  const names = [...functions].map((name) => `${name}()`);
  return names.length > 4 ? [...names.slice(0, 3), '…'].join(', ') : names.join(', ');
}

function mustBeBuildable(token: symbol, implementation: Constructor): void {
  // A plug-in may have been seen by no compiler.
  if (typeof (implementation as unknown) !== 'function') {
    throw new WiringError(
      'not injectable',
      `${String(implementation)} cannot be bound to ${nameOf(token)}: it is no class.`,
    );
  }
  const name = implementation.name;
  if (!isInjectable(implementation)) {
    throw new WiringError(
      'not injectable',
      `${name} cannot be bound to ${nameOf(token)}: it is not marked @injectable().`,
    );
  }
  const hole = parametersOf(implementation).indexOf(undefined);
  if (hole >= 0) {
    throw new WiringError(
      'parameter without token',
      `${name} cannot be bound to ${nameOf(token)}: its parameter ${hole + 1} has no @inject().`,
    );
  }
}
