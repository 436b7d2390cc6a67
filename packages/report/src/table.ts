import { duration } from './number.js';
import { pageWidth } from './page.js';
import { extentText } from './progress-line.js';
import {
  asExpected,
  type Misfit,
  otherProperties,
  type RunReport,
  type Subject,
} from './run-report.js';
import { marks, type Tone, toneOf, verdictText } from './verdict-text.js';
import { needsWeakMemory } from './weak-memory.js';
import { wrap } from './wrap.js';

export interface TableOptions {
  /** Colours a text that is already in its place; by default it stays plain. */
  readonly paint?: (text: string, tone: Tone) => string;
  /** No line is longer; default {@link pageWidth}. At least 40. */
  readonly width?: number;
  /** What a row is called; default the architecture, with the model where it was run under several. */
  readonly machineName?: (subject: Subject) => string;
  /** What could not be run, and has a cell that says so. */
  readonly misfits?: readonly Misfit[];
}

const gap = 2;
/** A verdict does not become narrower: further kernels go into a table of their own below. */
const narrowest = 26;

/**
 * The comparison of kernels over architectures: a row for each architecture, a column for each
 * kernel, in each cell the verdict with the counts that it rests on, whether weak memory is needed for it,
 * and how long it took. Where there are more kernels than
 * fit, and fewer architectures than kernels, it is the other way round.
 */
export function table(runs: readonly RunReport[], options: TableOptions = {}): string {
  const { width = pageWidth, paint = (text: string) => text, misfits = [] } = options;
  const entries = [...runs, ...misfits];
  const subjects = entries.map(({ subject }) => subject);
  const machineOf = options.machineName ?? machineNames(subjects);
  const kernels = [...new Set(subjects.map(({ kernel }) => kernel))];
  const machines = [...new Set(subjects.map(machineOf))];
  const byMachine = (kernel: string, machine: string): Entry | undefined =>
    entries.find(({ subject }) => subject.kernel === kernel && machineOf(subject) === machine);

  const kernelAxis: Axis = { ids: kernels, name: (kernel) => kernelName(kernel, kernels) };
  const machineAxis: Axis = { ids: machines, name: (machine) => machine };
  const fits = kernels.length <= columnsThatFit(machineAxis, width);
  return fits || machines.length >= kernels.length
    ? grid(machineAxis, kernelAxis, (row, column) => byMachine(column, row), width, paint)
    : grid(kernelAxis, machineAxis, byMachine, width, paint);
}

/** What a cell tells. */
type Entry = RunReport | Misfit;

/** The rows or the columns. */
interface Axis {
  readonly ids: readonly string[];
  readonly name: (id: string) => string;
}

function labelWidth({ ids, name }: Axis, width: number): number {
  return Math.min(Math.floor(width / 3), Math.max(0, ...ids.map((id) => name(id).length)));
}

function columnsThatFit(rows: Axis, width: number): number {
  return Math.max(1, Math.floor((width - labelWidth(rows, width)) / (narrowest + gap)));
}

/** As many tables, one below the other, as the columns need. */
function grid(
  rows: Axis,
  columns: Axis,
  entryAt: (row: string, column: string) => Entry | undefined,
  width: number,
  paint: (text: string, tone: Tone) => string,
): string {
  const label = labelWidth(rows, width);
  const perTable = Math.min(columns.ids.length, columnsThatFit(rows, width));
  const tables: string[] = [];
  for (let from = 0; from < columns.ids.length; from += perTable) {
    const some = columns.ids.slice(from, from + perTable);
    const cell = Math.floor((width - label) / some.length) - gap;
    const heads = some.map((id) => ({ lines: wrap(columns.name(id), cell, 2) }));
    const lines = layOut([], label, heads, cell, paint);
    for (const row of rows.ids) {
      const cells = some.map((column): CellLines => {
        const entry = entryAt(row, column);
        if (entry === undefined) return { lines: ['-'] };
        return 'because' in entry
          ? { lines: wrap(`- ${entry.because}`, cell, 2) }
          : { lines: wrap(cellText(entry), cell, 2), tone: toneOf(entry.result) };
      });
      lines.push(...layOut(wrap(rows.name(row), label, 2), label, cells, cell, paint));
    }
    tables.push(lines.join('\n'));
  }
  return tables.join('\n\n');
}

/** Architectures, told apart by their memory models where one was run under several. */
function machineNames(subjects: readonly Subject[]): (subject: Subject) => string {
  const models = new Map<string, Set<string>>();
  for (const { architecture, model } of subjects) {
    const known = models.get(architecture) ?? new Set();
    models.set(architecture, known.add(model));
  }
  return ({ architecture, model }) =>
    models.get(architecture)!.size > 1 ? `${architecture} (${model})` : architecture;
}

/** A kernel as it is titled: of one that adds patches to the first, and follows it, only the patches. */
function kernelName(kernel: string, [first = '', ...others]: readonly string[]): string {
  const isOfFirst = (one: string): boolean => one.startsWith(`${first}+`);
  const follows = others.slice(0, others.indexOf(kernel) + 1).every(isOfFirst);
  const added = follows && isOfFirst(kernel) ? `+ ${kernel.slice(first.length + 1)}` : kernel;
  return added.replaceAll(/(?<=\S)\+/g, ' + ');
}

function cellText(run: RunReport): string {
  const { result, extent } = run;
  const text = [
    `${marks[toneOf(result)]} ${verdictText(result)}`,
    ...(extent === undefined ? [] : [extentText(extent)]),
    ...(needsWeakMemory(result) ? ['needs weak memory'] : []),
    duration(result.milliseconds),
  ].join(', ');
  return asExpected(run) === false ? `${text} - not as expected${otherProperties(run)}` : text;
}

/** What stands in one cell, line by line. */
interface CellLines {
  readonly lines: readonly string[];
  readonly tone?: Tone;
}

function layOut(
  label: readonly string[],
  labelWidth: number,
  cells: readonly CellLines[],
  width: number,
  paint: (text: string, tone: Tone) => string,
): string[] {
  const height = Math.max(1, label.length, ...cells.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, nth) => {
    let line = (label[nth] ?? '').padEnd(labelWidth);
    let blank = 0;
    for (const { lines, tone } of cells) {
      const text = lines[nth] ?? '';
      line +=
        ' '.repeat(blank + gap) + (tone === undefined || text === '' ? text : paint(text, tone));
      blank = width - text.length;
    }
    return line.trimEnd();
  });
}
