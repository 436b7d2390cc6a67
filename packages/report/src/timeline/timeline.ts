import { EventKind, type Step, type Trace } from '@pagerace/explorer';
import { ascii } from '../ascii.js';
import { commandLines } from '../command-lines.js';
import { counted } from '../number.js';
import { pageWidth } from '../page.js';
import { valueText } from '../value.js';
import { wrap } from '../wrap.js';
import { places } from './annotation.js';
import { CallWriter } from './calls.js';
import { columns, headers, needsNames, place } from './columns.js';
import { significant } from './significance.js';
import { stepText } from './step-text.js';

export interface TimelineOptions {
  /** What was run, in a line above the columns. */
  readonly title?: string;
  /** The id of the execution. */
  readonly id?: string;
  /** The command that replays the execution; where it is too long, the shell's backslash breaks it. */
  readonly replay?: string;
  /** The id of the memory model that the execution was found under. */
  readonly model?: string;
  /** Shows every step, also those that change nothing. */
  readonly everyStep?: boolean;
  /** How the values of a step's cell are written; by default as {@link valueText} does. */
  readonly format?: (step: Step, value: unknown) => string;
  /** No line is longer; default {@link pageWidth}. At least 40. */
  readonly width?: number;
}

/**
 * One execution in the form that the kernel's commit messages use: a column for each CPU or device,
 * a line for each step, time going down.
 *
 * It is printable ASCII without trailing spaces and no wider than the page: ready for a mail.
 */
export function timeline(trace: Trace, options: TimelineOptions = {}): string {
  const { title, width = pageWidth } = options;
  return [
    ...(title === undefined ? [] : [...wrap(ascii(title), width), '']),
    ...table(trace, options, width),
    '',
    ...closing(trace, width),
    ...(options.id === undefined ? [] : ['', ...commandLines(`execution ${options.id}`, width)]),
    ...(options.replay === undefined ? [] : commandLines(options.replay, width)),
  ].join('\n');
}

function table(trace: Trace, options: TimelineOptions, width: number): string[] {
  const { steps, threadNames } = trace;
  const at = places(steps);
  const shown = options.everyStep === true ? steps.map(() => true) : significant(steps, at);
  const endings = endingOf(trace);

  const acting = threadNames
    .map((_, thread) => thread)
    .filter(
      (thread) =>
        endings.has(thread) ||
        steps.some((step, index) => step.thread === thread && shown[index] === true),
    );
  if (acting.length === 0) return ['(no steps)'];
  const layout = columns(acting.length, width);
  const columnOf = new Map(acting.map((thread, nth) => [thread, layout[nth]!]));
  const names = acting.map((thread) => ascii(threadNames[thread]!));
  const deepest = at.reduce((most, { stack }) => Math.max(most, stack.length), 0);
  const writers = new Map(
    acting.map((thread) => [thread, new CallWriter(columnOf.get(thread)!.width, deepest)]),
  );
  const context = {
    steps,
    threadNames,
    model: options.model,
    format: options.format ?? ((_: Step, value: unknown) => valueText(value)),
  };

  const lines = headers(layout, names);
  const saysWho = needsNames(layout);
  let turn = -1;
  const add = (thread: number, own: readonly string[]): void => {
    const column = columnOf.get(thread)!;
    if (saysWho && thread !== turn)
      lines.push(...place(wrap(`-- ${names[acting.indexOf(thread)]!}:`, column.width), column));
    turn = thread;
    lines.push(...place(own, column));
  };
  for (const [index, step] of steps.entries()) {
    if (shown[index] !== true) continue;
    add(
      step.thread,
      writers.get(step.thread)!.lines(at[index]!.stack, stepText(step, at[index]!, context)),
    );
  }
  for (const [thread, words] of endings) add(thread, writers.get(thread)!.outside(words));
  return lines;
}

/** What each thread that did not end well stands at. */
function endingOf({ graph, violations, waiting }: Trace): Map<number, string> {
  const endings = new Map<number, string>();
  for (const violation of violations) {
    for (let event = 0; event < graph.size; event++) {
      if (graph.kind[event] !== EventKind.violation || graph.value[event] !== violation) continue;
      endings.set(graph.thread[event]!, ascii(`*** ${violation.property} ***`));
    }
  }
  // After a violation the others are merely not done.
  if (violations.length === 0) {
    for (const { thread, for: what } of waiting) endings.set(thread, ascii(`(waits for ${what})`));
  }
  return endings;
}

/** The sentences that say what went wrong, and what it takes. */
function closing(trace: Trace, width: number): string[] {
  return wrapAll(
    [
      ...verdict(trace),
      trace.violations.length + trace.waiting.length > 0 ? need(trace.steps) : undefined,
    ],
    width,
  );
}

function verdict({ violations, waiting, threadNames }: Trace): string[] {
  if (violations.length > 0)
    return violations.map(({ property, message }) => `${property}: ${sentence(message)}`);
  if (waiting.length === 0) return ['Every property holds in this execution.'];
  const waits = waiting.map(({ thread, for: what }) => `${threadNames[thread]!} waits for ${what}`);
  return [`deadlock: ${sentence(waits.join(', '))}`];
}

function need(steps: readonly Step[]): string {
  const weak = steps.filter((step) => step.missed.length > 0 || step.under > 0).length;
  const switches = steps.filter(
    (step, index) => index > 0 && steps[index - 1]!.thread !== step.thread,
  ).length;
  const effort = counted(switches, 'context switch', 'context switches');
  return weak === 0
    ? `It does not need weak memory: sequential consistency allows it, with ${effort}.`
    : `It needs weak memory: no interleaving explains it; ${counted(weak, 'step')} out of order, ${effort}.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function wrapAll(paragraphs: readonly (string | undefined)[], width: number): string[] {
  return paragraphs.flatMap((paragraph) =>
    paragraph === undefined ? [] : wrap(ascii(paragraph), width),
  );
}
