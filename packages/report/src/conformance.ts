import { documentVersion } from './document.js';
import { commandLines } from './command-lines.js';
import { counted } from './number.js';
import { pageWidth } from './page.js';
import { marks, type Tone } from './verdict-text.js';
import { wrap } from './wrap.js';

/** How a test came out. */
export type ConformanceOutcome = 'pass' | 'fail' | 'skip' | 'error';

/** One test on one layout and one kernel. */
export interface ConformanceCell {
  readonly row: number;
  /** The layout's id. */
  readonly layout: string;
  readonly kernel: string;
  readonly outcome: ConformanceOutcome;
  /** Why it was skipped, or what went wrong. */
  readonly because?: string;
  /** What the test needs and the kernel lacks: on a real one it would not run. */
  readonly lacks?: readonly string[];
  /** Of a failure: the command that shows it. */
  readonly show?: string;
}

/** What a suite came to. */
export interface ConformanceReport {
  readonly suite: string;
  /** The source of the tests. */
  readonly source: string;
  readonly architecture: string;
  readonly model: string;
  readonly kernels: readonly string[];
  readonly rows: readonly { readonly number: number; readonly name: string }[];
  readonly layouts: readonly { readonly id: string; readonly name: string }[];
  /** Of every row, on each of its layouts; those that were not come to are left out. */
  readonly cells: readonly ConformanceCell[];
  /** Whether every cell is there. */
  readonly complete: boolean;
}

export interface ConformanceDocument extends ConformanceReport {
  readonly format: 'pagerace.conformance';
  readonly version: typeof documentVersion;
}

export function conformanceDocument(report: ConformanceReport): ConformanceDocument {
  return { format: 'pagerace.conformance', version: documentVersion, ...report };
}

const tones: Readonly<Record<ConformanceOutcome, Tone>> = {
  pass: 'good',
  fail: 'bad',
  skip: 'unclear',
  error: 'error',
};

const columnWidth = 3;

/**
 * A table for each layout that something was run on: a row for each test, a column for each kernel, whose
 * name is above it; and what the marks mean.
 *
 * @param paint colours a text that is already in its place
 */
export function conformanceTables(
  report: ConformanceReport,
  paint: (text: string, tone: Tone) => string = (text) => text,
): string {
  const reasons = new Reasons();
  const sections = report.layouts.flatMap((layout) => {
    const cells = report.cells.filter((cell) => cell.layout === layout.id);
    const isRun = cells.some(({ outcome }) => outcome !== 'skip');
    return isRun ? [layoutTables(report, layout, cells, reasons, paint)] : [];
  });
  return [...sections, legend(report, reasons)].join('\n\n');
}

/** Why cells were skipped, each by a letter. */
class Reasons {
  readonly #letters = new Map<string, string>();

  letterOf(reason: string): string {
    const known = this.#letters.get(reason);
    if (known !== undefined) return known;
    const letter = String.fromCodePoint('a'.codePointAt(0)! + this.#letters.size);
    this.#letters.set(reason, letter);
    return letter;
  }

  get lines(): readonly string[] {
    return [...this.#letters].map(([reason, letter]) => `${letter} SKIP: ${reason}`);
  }
}

function layoutTables(
  { kernels, rows }: ConformanceReport,
  { id, name }: ConformanceReport['layouts'][number],
  cells: readonly ConformanceCell[],
  reasons: Reasons,
  paint: (text: string, tone: Tone) => string,
): string {
  const numbers = new Set(cells.map(({ row }) => row));
  const shown = rows.filter(({ number }) => numbers.has(number));
  const labels = shown.map((row) => `${String(row.number).padStart(2)} ${row.name}`);
  const title = `with ${name} (layout=${id})`;
  const label = Math.max(title.length, ...labels.map(({ length }) => length));
  const perTable = Math.max(1, Math.floor((pageWidth - label) / columnWidth));
  const tables: string[] = [];
  for (let from = 0; from < kernels.length; from += perTable) {
    const some = kernels.slice(from, from + perTable);
    const lines = shown.map(({ number }, nth) => {
      const marked = some.map((kernel) => {
        const cell = cells.find((one) => one.row === number && one.kernel === kernel);
        if (cell === undefined) return '  ';
        return paint(markOf(cell, reasons).padEnd(columnWidth - 1), tones[cell.outcome]);
      });
      return `${labels[nth]!.padEnd(label)} ${marked.join(' ')}`.trimEnd();
    });
    tables.push([...headings(title, label, some), ...lines].join('\n'));
  }
  return tables.join('\n\n');
}

/** The kernels one below the other, each above its column. */
function headings(title: string, label: number, kernels: readonly string[]): string[] {
  return kernels.map((kernel, nth) => {
    const bars = '\u2502'.padEnd(columnWidth).repeat(nth);
    return `${(nth === kernels.length - 1 ? title : '').padEnd(label)} ${bars}${kernel}`;
  });
}

function markOf({ outcome, because = '', lacks }: ConformanceCell, reasons: Reasons): string {
  if (outcome === 'skip') return reasons.letterOf(because);
  return marks[tones[outcome]] + (lacks === undefined ? '' : '*');
}

function legend({ cells, layouts, kernels }: ConformanceReport, reasons: Reasons): string {
  const lacked = [...new Set(cells.flatMap(({ lacks = [] }) => lacks))];
  const has = (outcome: ConformanceOutcome): boolean =>
    cells.some((cell) => cell.outcome === outcome);
  const notRun = new Map<string, string[]>();
  for (const { id, name } of layouts) {
    const of = cells.filter(({ layout }) => layout === id);
    if (of.length === 0 || of.some(({ outcome }) => outcome !== 'skip')) continue;
    const because = of[0]!.because ?? '';
    notRun.set(because, [...(notRun.get(because) ?? []), name]);
  }
  const count = (outcome: ConformanceOutcome): number =>
    cells.filter((cell) => cell.outcome === outcome).length;
  const failure = cells.find(({ show }) => show !== undefined)?.show;
  const errors = has('error') ? `, ${marks.error} an error of the model` : '';
  const total = `${counted(new Set(cells.map(({ row }) => row)).size, 'test')} on ${counted(kernels.length, 'kernel')}: ${String(count('pass'))} pass, ${String(count('fail'))} fail, ${String(count('skip'))} skipped.`;
  const lines = [
    `${marks.good} pass, ${marks.bad} FAIL${errors}`,
    ...(lacked.length === 0
      ? []
      : [
          `* would be: a real kernel of that release lacks what the test needs, ${lacked.join(', ')}`,
        ]),
    ...reasons.lines,
    ...[...notRun].map(([because, names]) => `SKIP with ${names.join(', ')}: ${because}`),
  ];
  return [
    ...lines.flatMap((line) => wrap(line, pageWidth, 2)),
    '',
    total,
    ...(failure === undefined ? [] : [`Why the first fails:`, ...commandLines(failure, pageWidth)]),
  ].join('\n');
}
