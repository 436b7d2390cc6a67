import { pageWidth } from './page.js';
import { asExpected, type RunReport } from './run-report.js';
import { marks, type Tone, toneOf, verdictText } from './verdict-text.js';
import { wrap } from './wrap.js';

export interface TableOptions {
  /** Colours a text that is already in its place; by default it stays plain. */
  readonly paint?: (text: string, tone: Tone) => string;
  /** No line is longer; default {@link pageWidth}. At least 40. */
  readonly width?: number;
}

const gap = 2;
/** A verdict does not become narrower: further kernels go into a table of their own below. */
const narrowest = 26;

/**
 * The comparison of kernels over architectures: a row for each architecture, a column for each
 * kernel, in each cell the verdict with the counts that it rests on. Where there are more kernels than
 * fit, and fewer architectures than kernels, it is the other way round.
 */
export function table(runs: readonly RunReport[], options: TableOptions = {}): string {
  const { width = pageWidth, paint = (text: string) => text } = options;
  const machineOf = machineNames(runs);
  const kernels = [...new Set(runs.map(({ subject }) => subject.kernel))];
  const machines = [...new Set(runs.map(machineOf))];
  const byMachine = (kernel: string, machine: string): RunReport | undefined =>
    runs.find((run) => run.subject.kernel === kernel && machineOf(run) === machine);

  const kernelAxis: Axis = { ids: kernels, name: (kernel) => kernelName(kernel, kernels[0]!) };
  const machineAxis: Axis = { ids: machines, name: (machine) => machine };
  const fits = kernels.length <= columnsThatFit(machineAxis, width);
  return fits || machines.length >= kernels.length
    ? grid(machineAxis, kernelAxis, (row, column) => byMachine(column, row), width, paint)
    : grid(kernelAxis, machineAxis, byMachine, width, paint);
}

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
  runAt: (row: string, column: string) => RunReport | undefined,
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
        const run = runAt(row, column);
        return run === undefined
          ? { lines: ['-'] }
          : { lines: wrap(cellText(run), cell, 2), tone: toneOf(run.result) };
      });
      lines.push(...layOut(wrap(rows.name(row), label, 2), label, cells, cell, paint));
    }
    tables.push(lines.join('\n'));
  }
  return tables.join('\n\n');
}

/** Architectures, told apart by their memory models where one was run under several. */
function machineNames(runs: readonly RunReport[]): (run: RunReport) => string {
  const models = new Map<string, Set<string>>();
  for (const { subject } of runs) {
    const known = models.get(subject.architecture) ?? new Set();
    models.set(subject.architecture, known.add(subject.model));
  }
  return ({ subject: { architecture, model } }) =>
    models.get(architecture)!.size > 1 ? `${architecture} (${model})` : architecture;
}

/** A kernel as it is titled: of one that adds patches to the first, only the patches. */
function kernelName(kernel: string, first: string): string {
  const added = kernel.startsWith(`${first}+`) ? `+ ${kernel.slice(first.length + 1)}` : kernel;
  return added.replaceAll(/(?<=\S)\+/g, ' + ');
}

function cellText(run: RunReport): string {
  const text = `${marks[toneOf(run.result)]} ${verdictText(run.result)}`;
  return asExpected(run) === false ? `${text} - not as expected` : text;
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
