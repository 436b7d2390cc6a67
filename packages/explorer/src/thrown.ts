import { ModelError } from './errors.js';
import { Violation } from './violation.js';

/** A line of a stack trace: the function, the file or the path of a URL, and the line. */
const frame = /^\s+at (?:(.*?) \()?(?:\w+:\/\/[^/]*)?(\/.*?):(\d+):\d+\)?$/;

/** A file of pagerace, with the name of its package: in the repository, or installed. */
const own = /\/(?:packages|@pagerace)\/([\w-]+)\/(?:src|dist)\//;

/** The packages between a program and what it called: their lines are never the place. */
const between: readonly string[] = ['explorer', 'machine'];

/** A path without what is private about it: from the working directory on, or from the package on. */
function shortPath(path: string): string {
  // There is no process in a browser.
  const { process } = globalThis as { readonly process?: { cwd?: () => string } };
  const here = process?.cwd?.();
  if (here !== undefined && path.startsWith(`${here}/`)) return path.slice(here.length + 1);
  return path.replace(/^.*\/node_modules\//, '').replace(/^\/.*\//, '');
}

interface Places {
  /** The innermost line of the program, the model of a kernel included. */
  readonly thrown?: string;
  /** The innermost line that is not pagerace's own: that of a plug-in, a scenario or a test. */
  readonly users?: string;
}

/** Where something was thrown; no place where that is not known. */
function placesOf({ stack = '' }: Error): Places {
  let thrown: string | undefined;
  for (const text of stack.split('\n')) {
    const [, name = '', path, line] = frame.exec(text) ?? [];
    if (path === undefined) continue;
    const from = own.exec(path)?.[1];
    if (from === undefined || !between.includes(from)) {
      const place = `${shortPath(path)}:${line!}`;
      thrown ??= place;
      if (from === undefined) return { thrown, users: place };
      continue;
    }
    // The lines that follow called the explorer; they are not the program's.
    if (name.endsWith('withRuntime')) break;
  }
  return thrown === undefined ? {} : { thrown };
}

/** What a program has thrown and where, in one line. */
function thrownText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { thrown: place, users } = placesOf(thrown);
  const from = users === undefined || users === place ? '' : `, called from ${users}`;
  const where = place === undefined ? '' : ` (${place}${from})`;
  return `${thrown.name}: ${thrown.message.trim().replaceAll(/\s+/g, ' ')}${where}`;
}

/** The property that a program violates by throwing what is not a {@link Violation}. */
export const exception = 'exception';

/**
 * The violation that an execution shows in which the program throws.
 *
 * @param who the part of the program that threw: a thread, or `finally`
 * @throws {ModelError} where the program broke a rule of the language: then it is no execution
 */
export function violationBy(thrown: unknown, who: string): Violation {
  if (thrown instanceof Violation) return thrown;
  if (thrown instanceof ModelError) throw programError(thrown, who);
  return new Violation(exception, `${who} threw ${thrownText(thrown)}`, { cause: thrown });
}

/** Whether two runs of one thread violate the same: the place of an exception may vary with the stack's depth. */
export function isSameViolation(before: Violation, now: Violation): boolean {
  if (before.property !== now.property) return false;
  return before.cause === undefined
    ? before.message === now.message
    : causeText(before) === causeText(now);
}

function causeText({ cause }: Violation): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : typeof cause;
}

/**
 * The error of a program that cannot be explored.
 *
 * @param who the part of it that threw
 */
export function programError(thrown: unknown, who: string): ModelError {
  if (!(thrown instanceof ModelError))
    return new ModelError(`${who} threw: ${thrownText(thrown)}`, { cause: thrown });
  const { thrown: place, users = place } = placesOf(thrown);
  const where = users === undefined ? '' : ` (${users})`;
  return new ModelError(thrown.message + where, { cause: thrown });
}
