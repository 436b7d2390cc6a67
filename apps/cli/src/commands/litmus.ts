import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type JudgedFile,
  litmusFiles,
  type LitmusOutcome,
  type LitmusSummary,
  modelNamed,
  noExecutionFlag,
  summarise,
  summaryText,
} from '@pagerace/litmus';
import { ExitCode } from '../exit-code.js';
import { UsageError } from '../failure.js';
import { graphNames } from '../graph-names.js';
import { Interruption } from '../interruption.js';
import { judgeFiles } from '../litmus-run.js';
import { reasonOf } from '../parameters.js';
import type { ProgressDisplay } from '../progress-display.js';
import type { BareSession } from '../session.js';

export interface LitmusOptions {
  readonly model?: string;
  readonly verdictOnly?: boolean;
  /** Per test, in seconds. */
  readonly timeout?: number;
  /** Explain each verdict. */
  readonly show?: boolean;
  /** The folder for a graph of what explains each verdict. */
  readonly dot?: string;
}

/** Judges litmus tests, and directories of them, as herd7 does. */
export async function litmus(
  paths: readonly string[],
  { model, verdictOnly = false, timeout, show = false, dot }: LitmusOptions,
  { options: globals, terminal }: BareSession,
): Promise<ExitCode> {
  const files = filesOf(paths);
  if (model !== undefined) knownModel(model);
  const json = globals.json === true;
  const options = {
    verdictOnly,
    explain: show || dot !== undefined,
    ...(model !== undefined && { model }),
    ...(timeout !== undefined && { timeLimit: timeout * 1000 }),
  };
  // Most tests are judged before there is any progress to tell.
  let display: ProgressDisplay | undefined;
  let isDone = false;
  const interruption = new Interruption();
  let judged = 0;
  const graphs = graphNames(files);
  if (dot !== undefined) makeFolder(dot);
  const tell = ({ outcome, text, graph }: JudgedFile): void => {
    judged++;
    display?.clear();
    if (dot !== undefined && graph !== undefined) {
      writeFileSync(join(dot, graphs.get(outcome.file)!), graph);
    }
    if (outcome.kind !== 'judged') terminal.err(outcome.reason);
    else if (!json) terminal.out(text.trimEnd() + '\n');
  };
  const tellProgress = async (): Promise<void> => {
    const { progressDisplay } = await import('../progress-display.js');
    if (isDone) return;
    display ??= progressDisplay(terminal, globals);
    display.activity(`${String(judged)} of ${String(files.length)} tests`);
  };
  const progress = setInterval(() => void tellProgress(), 200);
  try {
    const results = await judgeFiles(files, options, interruption, tell);
    isDone = true;
    display?.clear();
    const summary = summarise(
      results.map(({ outcome }) => outcome),
      files.length,
    );
    if (json) {
      const format = { format: 'pagerace.litmus', version: 1 };
      terminal.out(JSON.stringify({ ...format, ...summary }, null, 2));
    } else if (files.length > 1 || summary.notJudged > 0)
      terminal.out(summaryText(summary).trimEnd());
    return exitCodeOf(summary);
  } finally {
    isDone = true;
    clearInterval(progress);
    interruption.dispose();
  }
}

function filesOf(paths: readonly string[]): readonly string[] {
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new UsageError(`there is no file or directory ${missing}`);
  const files = readable(paths);
  if (files.length === 0) throw new UsageError(`there is no file *.litmus in ${paths.join(', ')}`);
  return files;
}

function readable(paths: readonly string[]): readonly string[] {
  try {
    return litmusFiles(paths);
  } catch (thrown) {
    const { path = paths.join(', ') } = thrown as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be read: ${reasonOf(thrown)}`);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw new UsageError(`the folder ${folder} cannot be made: ${reasonOf(thrown)}`);
  }
}

function knownModel(id: string): void {
  try {
    modelNamed(id);
  } catch (thrown) {
    throw new UsageError((thrown as RangeError).message);
  }
}

function exitCodeOf(summary: LitmusSummary): ExitCode {
  if (summary.failed > 0) return ExitCode.internal;
  if (summary.disagreeing > 0) return ExitCode.violation;
  if (summary.malformed > 0) return ExitCode.usage;
  if (summary.unsupported + summary.timedOut + summary.notJudged > 0) return ExitCode.inconclusive;
  return summary.outcomes.some(saysNothing) ? ExitCode.inconclusive : ExitCode.success;
}

/** Whether the verdict is of no execution at all, unless that is what the test is there to show. */
function saysNothing(outcome: LitmusOutcome): boolean {
  if (outcome.kind !== 'judged') return false;
  const { flags, asExpected } = outcome.report;
  return flags.includes(noExecutionFlag) && asExpected !== true;
}
