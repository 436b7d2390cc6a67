import { printable } from './errors.js';
import { type LitmusOutcome } from './judge-file.js';

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
  readonly failed: number;
  /** Files that were not come to. */
  readonly notJudged: number;
}

/** @param files how many there were to judge */
export function summarise(outcomes: readonly LitmusOutcome[], files: number): LitmusSummary {
  const reports = outcomes.flatMap((outcome) =>
    outcome.kind === 'judged' ? [outcome.report] : [],
  );
  const labelled = reports.filter(({ asExpected }) => asExpected !== undefined);
  const agreeing = labelled.filter(({ asExpected }) => asExpected).length;
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
    failed: count('failed'),
    notJudged: files - outcomes.length,
  };
}

/** One line of counts, then the tests that did not come out as they should; unsupported ones by what is. */
export function summaryText(summary: LitmusSummary): string {
  const parts: [number, string][] = [
    [summary.agreeing, 'as expected'],
    [summary.disagreeing, 'not as expected'],
    [summary.unlabelled, 'without an expected result'],
    [summary.unsupported, 'unsupported'],
    [summary.malformed, 'malformed'],
    [summary.timedOut, 'timed out'],
    [summary.failed, 'failed'],
    [summary.notJudged, 'not judged'],
  ];
  const told = parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${String(count)} ${what}`);
  const files = summary.outcomes.length + summary.notJudged;
  const lines = [`${String(files)} ${files === 1 ? 'test' : 'tests'}: ${told.join(', ')}`];
  const unsupported = new Map<string, LitmusOutcome[]>();
  for (const outcome of summary.outcomes) {
    if (outcome.kind === 'judged') {
      const { expected = '', asExpected, observation, file } = outcome.report;
      if (asExpected === false) {
        lines.push(`  not as expected: ${printable(file)}: ${observation} instead of ${expected}`);
      }
    } else if (outcome.construct === undefined) {
      lines.push(`  ${outcome.kind}: ${outcome.reason.split('\n')[0]!}`);
    } else {
      const { construct } = outcome;
      unsupported.set(construct, [...(unsupported.get(construct) ?? []), outcome]);
    }
  }
  for (const [construct, [first, ...others]] of unsupported) {
    const more = others.length === 0 ? '' : ` and ${String(others.length)} more`;
    lines.push(`  unsupported: ${construct}: ${printable(first!.file)}${more}`);
  }
  return `${lines.join('\n')}\n`;
}
