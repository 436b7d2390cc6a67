import { readFileSync } from 'node:fs';

import { LitmusError, printable, UnsupportedError } from './errors.js';
import { LimitReached } from './execution/limit.js';
import { explanationDot } from './explanation/dot.js';
import { explain, type Explanation } from './explanation/explanation.js';
import { explanationObject } from './explanation/object.js';
import { explanationText } from './explanation/text.js';
import { judge, noExecutionFlag } from './judge.js';
import { defaultModel, modelNamed, modelsFor } from './models.js';
import { parseLitmus } from './parse.js';
import { type LitmusReport, reportObject, reportText } from './report.js';

export interface JudgeFileOptions {
  /** Another model than the one of the test's architecture. */
  readonly model?: string;
  /** Only find out never, sometimes or always. */
  readonly verdictOnly?: boolean;
  /** In milliseconds; as long again to explain the verdict. */
  readonly timeLimit?: number;
  /** Explain the verdict, too. */
  readonly explain?: boolean;
}

/** What became of one file. */
export type LitmusOutcome =
  | { readonly kind: 'judged'; readonly file: string; readonly report: LitmusReport }
  | {
      /** `failed`: the fault is not the test's. */
      readonly kind: 'unsupported' | 'malformed' | 'timed out' | 'failed';
      readonly file: string;
      readonly reason: string;
      /** What is not supported, as the test spells it. */
      readonly construct?: string;
    };

/** An outcome, and what to print of it. */
export interface JudgedFile {
  readonly outcome: LitmusOutcome;
  /** The verdict, as herd7 prints it, and what explains it; empty if there is none. */
  readonly text: string;
  /** What explains the verdict, as a graph for Graphviz. */
  readonly graph?: string;
  /** Whether there would be more, had there been more time. */
  readonly isCutShort: boolean;
}

/**
 * Judges the test in a file. Whatever is wrong with it is an outcome, so that it stops no others.
 *
 * @throws RangeError if there is no model of the name asked for.
 */
export function judgeFile(file: string, options: JudgeFileOptions = {}): JudgedFile {
  const chosen = options.model === undefined ? undefined : modelNamed(options.model);
  const begun = performance.now();
  try {
    const test = parseLitmus(readFileSync(file, 'utf8'), file);
    const model = chosen ?? defaultModel(test.architecture);
    const able = modelsFor(test.architecture);
    if (!able.includes(model.id)) {
      // It would take every fence for none, and judge another test than this one.
      const what = `${test.architecture} tests under ${model.id}; they can be judged by ${able.join(', ')}`;
      throw new UnsupportedError(file, { line: 1, column: 1 }, what);
    }
    const { verdictOnly = false, timeLimit } = options;
    const limit = timeLimit === undefined ? {} : { timeLimit };
    const verdict = judge(test, model, { verdictOnly, ...limit });
    const timing = { milliseconds: performance.now() - begun };
    const report = reportObject(test, model.id, verdict, timing);
    const text = `${reportText(test, verdict, timing)}${warnings(report)}\n`;
    const judged = { outcome: { kind: 'judged', file, report }, text, isCutShort: false } as const;
    if (options.explain !== true) return judged;
    const explanation = inTime(() => explain(test, model, limit));
    if (!explanation) {
      return { ...judged, text: `${text}Not explained in time.\n\n`, isCutShort: true };
    }
    return {
      ...judged,
      outcome: {
        ...judged.outcome,
        report: { ...report, explanation: explanationObject(explanation) },
      },
      text: `${text}${explanationText(explanation)}\n`,
      graph: explanationDot(test.name, explanation),
    };
  } catch (error) {
    const outcome = failure(file, error);
    return { outcome, text: '', isCutShort: outcome.kind === 'timed out' };
  }
}

function inTime(explain: () => Explanation): Explanation | undefined {
  try {
    return explain();
  } catch (error) {
    if (error instanceof LimitReached) return undefined;
    throw error;
  }
}

function warnings({ name, flags, expected = '', asExpected, observation }: LitmusReport): string {
  const said: string[] = [];
  if (flags.includes(noExecutionFlag)) {
    said.push('no execution comes to an end, or passes the filter: the verdict says nothing');
  }
  if (asExpected === false) said.push(`${observation} instead of ${expected}`);
  return said.map((what) => `Warning ${name} ${what}\n`).join('');
}

function failure(file: string, error: unknown): LitmusOutcome {
  if (error instanceof LimitReached) {
    return { kind: 'timed out', file, reason: printable(`${file}: ${error.message}`) };
  }
  if (error instanceof LitmusError) {
    const reason = error.message;
    if (!(error instanceof UnsupportedError)) return { kind: 'malformed', file, reason };
    return { kind: 'unsupported', file, reason, construct: error.construct };
  }
  if ((error as NodeJS.ErrnoException).syscall !== undefined) {
    return { kind: 'malformed', file, reason: printable(`${file}: ${(error as Error).message}`) };
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'failed', file, reason: `${file}: internal error: ${told}` };
}
