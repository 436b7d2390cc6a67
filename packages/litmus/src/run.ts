import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { LitmusError, UnsupportedError } from './errors.js';
import { LimitReached } from './execution/runs.js';
import { judge, type LitmusVerdict } from './judge.js';
import { defaultModel, modelNamed, modelsFor } from './models.js';
import { parseLitmus } from './parse.js';
import { type LitmusReport, reportObject, reportText } from './report.js';
import { type LitmusTest } from './test.js';

export interface RunLitmusOptions {
  /** A model for every test; by default, the one of the test's architecture. */
  readonly model?: string;
  /** Only find out never, sometimes or always. */
  readonly verdictOnly?: boolean;
  /** Per test, in milliseconds. */
  readonly timeLimit?: number;
  /** One JSON object instead of herd7's lines. */
  readonly json?: boolean;
}

/** Where the output goes. */
export interface LitmusIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** What became of one file. */
export type LitmusOutcome =
  | { readonly kind: 'judged'; readonly file: string; readonly report: LitmusReport }
  | {
      readonly kind: 'unsupported' | 'malformed' | 'timed out';
      readonly file: string;
      readonly reason: string;
    };

export interface LitmusSummary {
  readonly outcomes: readonly LitmusOutcome[];
  /** Judged as the test's `Result:` says, and otherwise. */
  readonly agreeing: number;
  readonly disagreeing: number;
  /** Judged, without a `Result:` to compare with. */
  readonly unlabelled: number;
  readonly unsupported: number;
  readonly malformed: number;
  readonly timedOut: number;
}

/** Every file `*.litmus` at or below these paths, sorted within each. */
export function litmusFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.litmus'))
          .sort()
          .map((name) => join(path, name))
      : [path],
  );
}

/**
 * Judges tests, and directories of them, prints each verdict as it comes and a summary of several. A file
 * that cannot be judged stops nothing.
 *
 * @throws RangeError if there is no model of the name asked for.
 */
export function runLitmus(
  paths: readonly string[],
  options: RunLitmusOptions,
  io: LitmusIo,
): LitmusSummary {
  if (options.model !== undefined) modelNamed(options.model);
  const files = litmusFiles(paths);
  const outcomes = files.map((file) => judgeFile(file, options, io));
  const summary = summarise(outcomes);
  if (options.json) io.out(`${JSON.stringify(summary, null, 2)}\n`);
  else if (files.length > 1) io.out(summaryText(summary));
  return summary;
}

function judgeFile(file: string, options: RunLitmusOptions, io: LitmusIo): LitmusOutcome {
  const begun = performance.now();
  try {
    const test = parseLitmus(readFileSync(file, 'utf8'), file);
    const model =
      options.model === undefined ? defaultModel(test.architecture) : modelNamed(options.model);
    const able = modelsFor(test.architecture);
    if (!able.includes(model.id)) {
      // It would take every fence for none, and judge another test than this one.
      const what = `${test.architecture} tests under ${model.id}; they can be judged by ${able.join(', ')}`;
      throw new UnsupportedError(file, { line: 1, column: 1 }, what);
    }
    const verdict = judge(test, model, {
      verdictOnly: options.verdictOnly ?? false,
      ...(options.timeLimit !== undefined && { timeLimit: options.timeLimit }),
    });
    const timing = { milliseconds: performance.now() - begun };
    if (!options.json) io.out(`${reportText(test, verdict, timing)}${remark(test, verdict)}\n`);
    return { kind: 'judged', file, report: reportObject(test, model.id, verdict, timing) };
  } catch (error) {
    const outcome = failure(file, error);
    io.err(`${outcome.reason}\n`);
    return outcome;
  }
}

function remark(test: LitmusTest, verdict: LitmusVerdict): string {
  const { expected, name } = test;
  if (expected === undefined || expected === verdict.observation) return '';
  return `Warning ${name} ${verdict.observation} instead of ${expected}\n`;
}

function failure(file: string, error: unknown): LitmusOutcome & { readonly reason: string } {
  if (error instanceof LimitReached) {
    return { kind: 'timed out', file, reason: `${file}: ${error.message}` };
  }
  if (error instanceof LitmusError) {
    const kind = error instanceof UnsupportedError ? 'unsupported' : 'malformed';
    return { kind, file, reason: error.message };
  }
  throw error;
}

function summarise(outcomes: readonly LitmusOutcome[]): LitmusSummary {
  const reports = outcomes.flatMap((outcome) =>
    outcome.kind === 'judged' ? [outcome.report] : [],
  );
  const labelled = reports.filter(({ expected }) => expected !== undefined);
  const agreeing = labelled.filter(({ expected, observation }) => expected === observation).length;
  const count = (kind: LitmusOutcome['kind']): number =>
    outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    outcomes,
    agreeing,
    disagreeing: labelled.length - agreeing,
    unlabelled: reports.length - labelled.length,
    unsupported: count('unsupported'),
    malformed: count('malformed'),
    timedOut: count('timed out'),
  };
}

function summaryText(summary: LitmusSummary): string {
  const parts: [number, string][] = [
    [summary.agreeing, 'as expected'],
    [summary.disagreeing, 'not as expected'],
    [summary.unlabelled, 'without an expected result'],
    [summary.unsupported, 'unsupported'],
    [summary.malformed, 'malformed'],
    [summary.timedOut, 'timed out'],
  ];
  const told = parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${String(count)} ${what}`);
  const { length } = summary.outcomes;
  return `${String(length)} ${length === 1 ? 'test' : 'tests'}: ${told.join(', ')}\n`;
}
