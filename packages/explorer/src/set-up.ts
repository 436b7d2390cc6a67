import { ModelError } from './errors.js';
import { shown } from './options.js';
import type { Program, Setup } from './program.js';
import { type Runtime, type ThreadBody, withRuntime } from './runtime.js';
import { programError } from './thrown.js';
import { watched } from './watch.js';

const parts: readonly string[] = ['threads', 'finally'] satisfies (keyof Program)[];

/** A program as it is explored: its threads in their order, each with its name. */
export interface NamedThreads {
  readonly threads: readonly (readonly [name: string, body: ThreadBody])[];
  readonly finally?: (results: readonly unknown[]) => unknown;
}

/**
 * Runs a set-up, and looks at what it returns: it may come from plain JavaScript.
 *
 * @throws {ModelError}
 */
export function setUp(runtime: Runtime, setup: Setup): NamedThreads {
  let program: unknown;
  try {
    if (typeof setup !== 'function')
      throw new ModelError(`the set-up is ${shown(setup)}, and no function that returns threads`);
    program = withRuntime(runtime, () => watched('the set-up', setup));
  } catch (thrown) {
    throw programError(thrown, 'the set-up');
  }
  mustBeOrdinary(program, 'the set-up');
  if (!isRecord(program) || !isRecord(program.threads)) {
    throw new ModelError(
      `the set-up returned ${shown(program)}, and not { threads }: an array or a record of functions`,
    );
  }
  const unknown = Object.keys(program).find((key) => !parts.includes(key));
  if (unknown !== undefined) {
    throw new ModelError(`the set-up returned ${unknown}: a program has threads and finally only`);
  }
  const { threads, finally: atEnd } = program as Partial<Program>;
  if (atEnd !== undefined) mustBeFunction(atEnd, 'finally');
  const named = Object.entries(threads!).map(
    ([key, body]) => [Array.isArray(threads) ? `thread ${key}` : key, body] as const,
  );
  if (named.length === 0)
    throw new ModelError('the set-up returned no threads: nothing would be explored');
  for (const [name, body] of named) mustBeFunction(body, name);
  return { threads: named, ...(atEnd === undefined ? {} : { finally: atEnd }) };
}

function isRecord(value: unknown): value is { readonly threads?: unknown } {
  return typeof value === 'object' && value !== null;
}

/** @throws {ModelError} where what should be run is not a function */
export function mustBeFunction(body: unknown, name: string): void {
  if (typeof body !== 'function')
    throw new ModelError(`${name} is ${shown(body)}, and not a function`);
}

/**
 * Refuses what an async function or a generator returns: it has not been run to its end, or not at all.
 *
 * @param returned what `name` returned
 * @throws {ModelError}
 */
export function mustBeOrdinary(returned: unknown, name: string): void {
  if (typeof returned !== 'object' || returned === null) return;
  if (typeof (returned as PromiseLike<unknown>).then === 'function') {
    if (returned instanceof Promise) returned.catch(() => undefined);
    throw new ModelError(
      `${name} returned a promise: it must be an ordinary function, without async`,
    );
  }
  if (Object.prototype.toString.call(returned).endsWith('Generator]')) {
    throw new ModelError(
      `${name} returned a generator: it must be an ordinary function, without function* and yield`,
    );
  }
}
