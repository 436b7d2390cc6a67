import { ExitCode } from './exit-code.js';

/** What a user is told instead of a stack trace. */
export interface Failure {
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** The errors that say that something was asked for that cannot be; the others are our fault. */
const usageErrors = new Set(['UsageError', 'MisfitError', 'ExecutionIdError']);

/**
 * What an exception means to the user.
 *
 * Errors are recognised by their names, since a plug-in may bring its own copy of the package that made
 * them.
 */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { message: String(thrown), exitCode: ExitCode.internal };
  if (usageErrors.has(thrown.name)) return { message: thrown.message, exitCode: ExitCode.usage };
  if (thrown.name === 'PluginError') {
    return { message: thrown.message, exitCode: ExitCode.internal };
  }
  if (thrown.name === 'ModelError') {
    return { message: `model error: ${thrown.message}`, exitCode: ExitCode.internal };
  }
  return {
    message: `internal error: ${thrown.name}: ${thrown.message} (--debug shows where)`,
    exitCode: ExitCode.internal,
  };
}

/** Says in its message what is wrong with the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A message in lines no longer than that, broken between words only: paths can be copied whole. */
export function messageLines(message: string, width: number): string {
  const words = message.replaceAll(/\s+/g, ' ');
  const line = new RegExp(`.{1,${String(width)}}(?= |$)|[^ ]+`, 'g');
  return (words.match(line) ?? []).map((one) => one.trim()).join('\n  ');
}
