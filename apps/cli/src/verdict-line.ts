import {
  asExpected,
  count,
  duration,
  extentText,
  marks,
  needsWeakMemory,
  otherProperties,
  pageWidth,
  type RunReport,
  toneOf,
  verdictText,
  wrap,
} from '@pagerace/report';
import type { Terminal } from './terminal.js';

/** The last words on a run: the verdict, what it covers, and whether it was to be expected. */
export function verdictLines(run: RunReport, { paint }: Pick<Terminal, 'paint'>): string {
  const tone = toneOf(run.result);
  return wrap(`${marks[tone]} ${words(run)}${expectation(run)}`, pageWidth, 2)
    .map((line) => paint(line, tone))
    .join('\n');
}

/** What was seen and is allowed, each with the command that replays it. */
export function observationLines({ result }: RunReport, replay: (id: string) => string): string {
  return (result.observations ?? [])
    .map(({ property, message, executions, witness }) =>
      [
        ...wrap(
          `○ ${property}, no violation (${count(executions)} of ${count(result.executions)}): ${message}`,
          pageWidth,
          2,
        ),
        `  ${replay(witness.id)}`,
      ].join('\n'),
    )
    .join('\n');
}

function words({ result, extent }: RunReport): string {
  const { verdict, covers, milliseconds } = result;
  if (verdict === 'model error') return `${verdict}: ${covers}`;
  const said =
    verdict === 'violated'
      ? `${verdictText(result)}; ${result.complete ? 'every execution was explored' : covers}`
      : covers;
  const weak = needsWeakMemory(result) ? '; needs weak memory' : '';
  const far = extent === undefined ? '' : `; ${extentText(extent)} executions`;
  return `${verdict}: ${said}${weak}${far} (${duration(milliseconds)})`;
}

function expectation(run: RunReport): string {
  if (run.expected === undefined || run.result.verdict === 'model error') return '';
  const { verdict, properties = [] } = run.expected;
  const expected = verdict + (properties.length === 0 ? '' : `: ${properties.join(', ')}`);
  switch (asExpected(run)) {
    case true:
      return '; as expected';
    case false:
      return `; not as expected${otherProperties(run)}; expected: ${expected}`;
    case undefined:
      return `; expected: ${expected}`;
  }
}
