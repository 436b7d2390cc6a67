import { EventKind, type Step, type Trace } from '@pagerace/explorer';
import type { Frame } from '@pagerace/machine';
import { ascii } from '../ascii.js';
import { commandLines } from '../command-lines.js';
import { counted } from '../number.js';
import { pageWidth } from '../page.js';
import { valueText } from '../value.js';
import { wrap } from '../wrap.js';
import { placeOf } from './annotation.js';
import { CallWriter } from './calls.js';
import { type Column, columns, headers, needsNames, place } from './columns.js';
import { type FoldedPlace, folded } from './folding.js';
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
  const rows = rowsOf(trace, options);
  const acting = [...new Set(rows.map(({ thread }) => thread))].sort((a, b) => a - b);
  if (acting.length === 0) return ['(no steps)'];
  const names = acting.map((thread) => ascii(trace.threadNames[thread]!));
  const deepest = new Map<number, number>();
  for (const { thread, stack = [] } of rows) {
    deepest.set(thread, Math.max(deepest.get(thread) ?? 0, stack.length));
  }
  const written = (
    columnOf: (thread: number) => Pick<Column, 'width' | 'indentation'>,
  ): Written[] => {
    const writers = new Map<number, CallWriter>();
    return rows.map(({ thread, stack, words }) => {
      const writer = writers.get(thread) ?? new CallWriter(columnOf(thread), deepest.get(thread)!);
      writers.set(thread, writer);
      return {
        thread,
        lines: stack === undefined ? writer.outside(words) : writer.lines(stack, words),
      };
    });
  };

  const wanted = widths(
    acting,
    names,
    written(() => ({ width: Infinity, indentation: Infinity })),
  );
  const layout = columns(wanted, width);
  const columnOf = new Map(acting.map((thread, nth) => [thread, layout[nth]!]));
  const saysWho = needsNames(layout);
  const lines = headers(layout, names);
  let turn = -1;
  for (const row of written((thread) => columnOf.get(thread)!)) {
    const column = columnOf.get(row.thread)!;
    if (saysWho && row.thread !== turn) {
      lines.push(...place(wrap(`-- ${names[acting.indexOf(row.thread)]!}:`, column.width), column));
    }
    turn = row.thread;
    lines.push(...place(row.lines, column));
  }
  return lines;
}

/** What is worth having on one line; longer words are as easily read when they are wrapped. */
const wordsOnALine = 42;

/** Per thread, how wide its column wants to be for its lines. */
function widths(
  acting: readonly number[],
  names: readonly string[],
  unbroken: readonly Written[],
): number[] {
  return acting.map((thread, nth) => {
    const lines = unbroken.flatMap((row) => (row.thread === thread ? row.lines : []));
    const each = lines.map((line) => Math.min(line.length, line.search(/\S/) + wordsOnALine));
    return Math.max(Math.min(names[nth]!.length, wordsOnALine), ...each);
  });
}

/** One step, or what a thread stands at in the end. */
interface Row {
  readonly thread: number;
  /** The calls around it; undefined for what happens outside of every call. */
  readonly stack: readonly Frame[] | undefined;
  readonly words: string;
}

/** The lines of one row. */
interface Written {
  readonly thread: number;
  readonly lines: readonly string[];
}

function rowsOf(trace: Trace, { everyStep, model, format }: TimelineOptions): Row[] {
  const { steps, threadNames } = trace;
  const at = steps.map(placeOf);
  const isShown = everyStep === true ? steps.map(() => true) : significant(steps, at);
  const shown = steps
    .map((step, index) => ({ step, place: at[index]! }))
    .filter((_, index) => isShown[index]);
  const context = {
    trace,
    model,
    format: format ?? ((_: Step, value: unknown) => valueText(value)),
  };

  const foldedPlaces = new Map<Step, FoldedPlace>();
  for (let thread = 0; thread < threadNames.length; thread++) {
    const own = shown.filter(({ step }) => step.thread === thread);
    const isFence = own.map(({ step }) => step.operation === 'fence');
    for (const [nth, place] of folded(
      own.map((one) => one.place),
      isFence,
    ).entries()) {
      foldedPlaces.set(own[nth]!.step, place);
    }
  }
  return [
    ...shown.map(({ step, place: { primitive } }): Row => {
      const { stack, name } = foldedPlaces.get(step)!;
      return { thread: step.thread, stack, words: stepText(step, primitive, name, context) };
    }),
    ...[...endingOf(trace)].map(([thread, words]): Row => ({ thread, stack: undefined, words })),
  ];
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
