import { type CycleEdge, initialThread } from '@pagerace/memory-models/reference';

import { eventText } from '../execution/structure.js';
import { type Candidate, type Explanation } from './explanation.js';
import { type Moment, timeline } from './timeline.js';

/** An explanation in words, with a column for each thread. */
export function explanationText(explanation: Explanation): string {
  const { proposition } = explanation;
  if (explanation.kind === 'unreachable') {
    return `Nothing reaches ${proposition}: no runs of the threads go together that end so, whatever they read.\n`;
  }
  const { candidate } = explanation;
  const moments = timeline(candidate);
  const lines: string[] = [];
  if (explanation.kind === 'witness') {
    lines.push(`An execution with ${proposition}:`, '', ...columns(candidate, moments), '');
    if (explanation.weak) {
      lines.push('It is no interleaving:', ...cycle(candidate, moments, explanation.weak));
    } else lines.push('It is an interleaving: sequential consistency allows it, too.');
  } else {
    const { model, violation, axioms, areMore } = explanation;
    lines.push(`What ${model} forbids, with ${proposition}:`, '', ...columns(candidate, moments));
    lines.push('', `Axiom ${violation.axiom} forbids it:`);
    lines.push(...cycle(candidate, moments, violation.cycle));
    const count = Object.values(axioms).reduce((sum, each) => sum + each, 0);
    if (count > 1) {
      const each = Object.entries(axioms).map(([axiom, times]) => `${String(times)} by ${axiom}`);
      const some = areMore ? `Of the first ${String(count)}` : `Of the ${String(count)}`;
      lines.push('', `${some} such executions are forbidden ${each.join(', ')}.`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function columns({ combination }: Candidate, moments: readonly Moment[]): string[] {
  const cell = ({ name, text }: Moment): string => `${name}: ${text}`;
  const widths = combination.runs.map((_, thread) =>
    Math.max(4, ...moments.filter((one) => one.thread === thread).map((one) => cell(one).length)),
  );
  const row = (cells: readonly string[], remark = ''): string =>
    `  ${cells.map((text, thread) => text.padEnd(widths[thread]! + 2)).join('')}${remark}`.trimEnd();
  const initial = combination.structure.events.flatMap(({ thread, location }, event) =>
    thread === initialThread
      ? [`${combination.locations[location!]!} = ${String(combination.values[event])}`]
      : [],
  );
  return [
    `  initially ${initial.join(', ')}`,
    row(combination.runs.map((_, thread) => `P${String(thread)}`)),
    ...moments.map((one) =>
      row(
        combination.runs.map((_, thread) => (thread === one.thread ? cell(one) : '')),
        one.remarks.join('; '),
      ),
    ),
  ];
}

function cycle(
  { combination }: Candidate,
  moments: readonly Moment[],
  edges: readonly CycleEdge[],
): string[] {
  const spoken = new Map(moments.map(({ event, name, text }) => [event, `${name}: ${text}`]));
  const named = (event: number): string =>
    spoken.get(event) ?? `initially ${eventText(combination, event)}`;
  const width = Math.max(...edges.map(({ from }) => named(from).length));
  return edges.map(
    ({ from, to, name }) => `  ${named(from).padEnd(width)}  --${name}->  ${named(to)}`,
  );
}
