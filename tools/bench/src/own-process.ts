import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A process that was to measure something has failed, or what it measured is not as it must be. */
export class MeasuringError extends Error {
  override readonly name = 'MeasuringError';
}

/**
 * Runs a module with `--one` and these arguments in a process of its own, so that neither the memory nor
 * the compiled code of one measurement is there in the next.
 *
 * @param module its URL
 * @returns the JSON document that it prints
 * @throws {MeasuringError}
 */
export function inOwnProcess(module: string, ...args: readonly string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(module), '--one', ...args],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new MeasuringError(stderr || `ended by ${String(signal)}`);
  return stdout;
}

/** What a stretch of work in this process takes. */
export interface Effort {
  readonly cpuSeconds: number;
  /** The largest resident set of the process so far, in MiB. */
  readonly peakMebibytes: number;
}

/** @returns what tells the effort since now, of all the process's threads */
export function stopwatch(): () => Effort {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return {
      cpuSeconds: (user + system) / 1e6,
      peakMebibytes: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  };
}

/**
 * Runs a program of this package: what fails is told, with the usage where the command line is wrong.
 *
 * @param main takes the arguments, and returns the exit code
 */
export function runProgram(main: (args: readonly string[]) => number, usage: string): void {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (thrown) {
    const isUsage = thrown instanceof UsageError;
    if (!isUsage && !(thrown instanceof MeasuringError)) throw thrown;
    console.error(isUsage ? `${thrown.message}\n${usage}` : thrown.message);
    process.exitCode = isUsage ? 2 : 1;
  }
}
