import { existsSync } from 'node:fs';
import { type LitmusSummary, litmusFiles, runLitmus } from '@pagerace/litmus';
import { ExitCode } from '../exit-code.js';
import { UsageError } from '../failure.js';
import type { Session } from '../session.js';

export interface LitmusOptions {
  readonly model?: string;
  readonly verdictOnly?: boolean;
  /** Per test, in seconds. */
  readonly timeout?: number;
}

/** Judges litmus tests, and directories of them, as herd7 does. */
export function litmus(
  paths: readonly string[],
  options: LitmusOptions,
  { options: globals }: Session,
): ExitCode {
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new UsageError(`there is no file or directory ${missing}`);
  if (litmusFiles(paths).length === 0) {
    throw new UsageError(`there is no file *.litmus in ${paths.join(', ')}`);
  }
  const { model, verdictOnly = false, timeout } = options;
  try {
    return exitCodeOf(
      runLitmus(
        paths,
        {
          verdictOnly,
          json: globals.json === true,
          ...(model !== undefined && { model }),
          ...(timeout !== undefined && { timeLimit: timeout * 1000 }),
        },
        {
          out: (text) => void process.stdout.write(text),
          err: (text) => void process.stderr.write(text),
        },
      ),
    );
  } catch (thrown) {
    // What it throws for a model that does not exist.
    if (thrown instanceof RangeError) throw new UsageError(thrown.message);
    throw thrown;
  }
}

function exitCodeOf(summary: LitmusSummary): ExitCode {
  if (summary.disagreeing > 0) return ExitCode.violation;
  if (summary.malformed > 0) return ExitCode.usage;
  if (summary.unsupported + summary.timedOut > 0) return ExitCode.inconclusive;
  return ExitCode.success;
}
