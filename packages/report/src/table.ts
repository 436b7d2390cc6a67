import { pageWidth } from './page.js';
import { asExpected, type RunReport } from './run-report.js';
import { marks, type Tone, toneOf, verdictText } from './verdict-text.js';
import { shorten, wrap } from './wrap.js';

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
 * kernel, in each cell the verdict with the counts that it rests on.
 */
export function table(runs: readonly RunReport[], options: TableOptions = {}): string {
  const { width = pageWidth, paint = (text: string) => text } = options;
  const kernels = [...new Set(runs.map(({ subject }) => subject.kernel))];
  const rows = groups(runs);
  const labelWidth = Math.min(
    Math.floor(width / 3),
    Math.max(0, ...rows.map(({ label }) => label.length)),
  );
  const room = width - labelWidth;
  const perTable = Math.max(1, Math.min(kernels.length, Math.floor(room / (narrowest + gap))));

  const blocks: string[] = [];
  for (let from = 0; from < kernels.length; from += perTable) {
    const some = kernels.slice(from, from + perTable);
    const cell = Math.floor(room / some.length) - gap;
    const lines = layOut(
      '',
      labelWidth,
      some.map((kernel) => kernelName(kernel, from === 0 ? kernels[0]! : some[0]!, cell)),
      cell,
      [],
    );
    for (const { label, cells } of rows) {
      const own = some.map((kernel) => cells.get(kernel));
      const texts = own.map((run) => (run === undefined ? ['-'] : wrap(cellText(run), cell, 2)));
      const tones = own.map((run) => (run === undefined ? undefined : toneOf(run.result)));
      lines.push(...layOut(shorten(label, labelWidth), labelWidth, texts, cell, tones, paint));
    }
    blocks.push(lines.join('\n'));
  }
  return blocks.join('\n\n');
}

interface Row {
  readonly label: string;
  readonly cells: Map<string, RunReport>;
}

/** The rows: architectures, told apart by their memory models where one was run under several. */
function groups(runs: readonly RunReport[]): Row[] {
  const models = new Map<string, Set<string>>();
  for (const { subject } of runs) {
    models.set(
      subject.architecture,
      (models.get(subject.architecture) ?? new Set()).add(subject.model),
    );
  }
  const rows = new Map<string, Row>();
  for (const run of runs) {
    const { architecture, model, kernel } = run.subject;
    const label = models.get(architecture)!.size > 1 ? `${architecture} (${model})` : architecture;
    const row = rows.get(label) ?? { label, cells: new Map<string, RunReport>() };
    rows.set(label, row);
    row.cells.set(kernel, run);
  }
  return [...rows.values()];
}

/** A kernel as the head of its column: of one that adds patches to the first, only the patches. */
function kernelName(kernel: string, first: string, width: number): string[] {
  const added =
    kernel !== first && kernel.startsWith(`${first}+`)
      ? `+ ${kernel.slice(first.length + 1)}`
      : kernel;
  const words = added.replaceAll(/(?<=\S)\+/g, ' + ');
  return wrap(words, width, 2);
}

function cellText(run: RunReport): string {
  const text = `${marks[toneOf(run.result)]} ${verdictText(run.result)}`;
  return asExpected(run) === false ? `${text} - not as expected` : text;
}

function layOut(
  label: string,
  labelWidth: number,
  cells: readonly (readonly string[])[],
  width: number,
  tones: readonly (Tone | undefined)[],
  paint: (text: string, tone: Tone) => string = (text) => text,
): string[] {
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, nth) => {
    let line = (nth === 0 ? label : '').padEnd(labelWidth);
    let blank = 0;
    for (const [column, lines] of cells.entries()) {
      const text = lines[nth] ?? '';
      const tone = tones[column];
      line +=
        ' '.repeat(blank + gap) + (tone === undefined || text === '' ? text : paint(text, tone));
      blank = width - text.length;
    }
    return line.trimEnd();
  });
}
