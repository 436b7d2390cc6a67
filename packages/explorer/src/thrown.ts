import { ModelError } from './errors.js';

/** A frame of a stack trace: the function, the file and the line. */
const frame = /^\s+at (?:(.*?) \()?(?:file:\/\/)?(\/.*?):(\d+):\d+\)?$/;

/** Files that lie between a program and what it called; in the repository, or installed. */
const between = /\/(?:packages|@pagerace)\/(?:explorer|machine)\/(?:src|dist)\//;

/** A path without what is private about it: from the working directory on, or from the package on. */
function shortPath(path: string): string {
  const here = `${process.cwd()}/`;
  if (path.startsWith(here)) return path.slice(here.length);
  return path.replace(/^.*\/node_modules\//, '').replace(/^\/.*\//, '');
}

/** Where in the program something was thrown, as ` (FILE:LINE)`; empty where that is not known. */
function placeOf({ stack = '' }: Error): string {
  for (const text of stack.split('\n')) {
    const [, name = '', path, line] = frame.exec(text) ?? [];
    if (path === undefined) continue;
    if (!between.test(path)) return ` (${shortPath(path)}:${line!})`;
    // From here on it is who called the explorer, who is not to blame.
    if (name.endsWith('withRuntime')) return '';
  }
  return '';
}

/** What a program has thrown and where, in one line. */
function thrownText(thrown: unknown): string {
  return thrown instanceof Error
    ? `${thrown.name}: ${thrown.message}${placeOf(thrown)}`
    : String(thrown);
}

/**
 * The error of a program that has thrown.
 *
 * @param who the part of it that did
 * @param operations how many operations a thread performed before
 */
export function programError(thrown: unknown, who: string, operations?: number): ModelError {
  if (thrown instanceof ModelError)
    return new ModelError(thrown.message + placeOf(thrown), { cause: thrown });
  const after = operations === undefined ? '' : ` after ${String(operations)} operations`;
  return new ModelError(`${who} threw${after}: ${thrownText(thrown)}`, { cause: thrown });
}
