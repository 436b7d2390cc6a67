import { availableParallelism } from 'node:os';
import { lacking, type SuiteLayout, type SuiteRow, suites } from '@pagerace/conformance';
import { compareReleases } from '@pagerace/history';
import { historiesOf, type Kernel, MisfitError, newerCode, type Registry } from '@pagerace/kernel';
import {
  type ConformanceCell,
  conformanceDocument,
  type ConformanceReport,
  conformanceTables,
  counted,
  json,
  type RunReport,
} from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { ExplorationPool } from '../exploration-pool.js';
import { exploreSelection } from '../exploring.js';
import { UsageError } from '../failure.js';
import { every, type Machine, machinesOf } from '../machines.js';
import { newerCodeNotes } from '../newer-code.js';
import { progressDisplay } from '../progress-display.js';
import { shellCommand } from '../replay-command.js';
import { select, type Selected } from '../selection.js';
import type { Session } from '../session.js';

export interface ConformanceOptions {
  readonly kernels?: readonly string[];
  readonly arch?: string;
  readonly rows?: readonly string[];
  readonly layouts?: readonly string[];
  /** Threads that run cells at the same time. */
  readonly jobs?: number;
}

/** A cell, and what is to be run for it, if the model can. */
interface PlannedCell {
  readonly cell: Omit<ConformanceCell, 'outcome'>;
  readonly row: SuiteRow;
  readonly layout: SuiteLayout;
  readonly selected?: Selected;
}

/** Runs a selftest of the kernel on modelled kernels, and prints its matrix. */
export async function conformance(
  id: string,
  options: ConformanceOptions,
  { registry, terminal, options: globals }: Session,
): Promise<ExitCode> {
  const suite = suites.find((one) => one.id === id)!;
  const rows = chosen('test', suite.rows, options.rows, ({ number }) => String(number));
  const layouts = chosen('layout', suite.layouts, options.layouts, (layout) => layout.id);
  const kernels = kernelsOf(registry, options.kernels);
  const machine = machineOf(registry, options.arch);
  const planned = layouts.flatMap((layout) => {
    const some = rows.filter((row) => row.layouts.includes(layout.id));
    return plan(registry, some, layout, kernels, machine);
  });

  const runnable = planned.filter(({ selected }) => selected !== undefined).length;
  const pool = new ExplorationPool(
    globals.plugin,
    Math.max(1, Math.min(options.jobs ?? availableParallelism(), runnable)),
  );
  const display = progressDisplay(terminal, globals, runnable);
  let done = 0;
  let failed = 0;
  const cells = await pool
    .forEach(
      planned,
      async ({ selected, ...one }, thread): Promise<ConformanceCell | undefined> => {
        if (selected === undefined) return { ...one.cell, outcome: 'skip' };
        const run = await exploreSelection(selected, {
          strategy: { kind: 'exhaustive' },
          display,
          thread,
        });
        // One that was cut off tells nothing.
        if (run.result.incomplete === 'interrupted') return undefined;
        const cell = judged(one, run);
        done++;
        if (cell.outcome === 'fail') failed++;
        display.activity(
          `${suite.id}: ${String(done)} of ${counted(runnable, 'cell')}, ${String(failed)} failed`,
        );
        return cell;
      },
    )
    .finally(() => {
      display.clear();
      return pool.end();
    });

  const { architecture, model } = machine;
  const report: ConformanceReport = {
    suite: suite.id,
    source: suite.source,
    architecture,
    model,
    kernels: kernels.map((kernel) => kernel.id),
    rows: rows.map(({ number, name }) => ({ number, name })),
    layouts: layouts.map((layout) => ({ id: layout.id, name: layout.name })),
    cells: cells.filter((cell) => cell !== undefined),
    complete: cells.every((cell) => cell !== undefined),
  };
  if (globals.json === true) terminal.out(json(conformanceDocument(report)));
  else {
    terminal.out(`${suite.source} on ${architecture} (${model})\n`);
    terminal.out(conformanceTables(report, terminal.paint));
    if (!report.complete) terminal.out('\nInterrupted: the other cells were not come to.');
    const run = planned.filter((_, nth) => cells[nth] !== undefined);
    for (const note of newerCodeNotes(run.flatMap(({ selected }) => selected ?? [])))
      terminal.out(`\n${note}`);
  }
  return exitCodeOf(report);
}

/** @throws {UsageError} for what the suite has not */
function chosen<T>(
  kind: string,
  all: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (one: T) => string,
): readonly T[] {
  const known = all.map(idOf);
  const unknown = ids?.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new UsageError(`there is no ${kind} ${unknown}; there are ${known.join(', ')}`);
  return all.filter((one) => ids?.includes(idOf(one)) ?? true);
}

/** Those that are named; those that are listed; or besides them each release that brought a commit. */
function kernelsOf(registry: Registry, names: readonly string[] | undefined): readonly Kernel[] {
  const listed = registry.kernels.map(({ id }) => id);
  if (names?.includes(every) !== true)
    return [...new Set(names ?? listed)].map((name) => registry.kernel(name));
  const releases = registry.patches.flatMap(({ since }) => since ?? []);
  return [...new Set([...listed, ...releases])]
    .map((name) => registry.kernel(name))
    .sort((one, other) => compareReleases(one.release, other.release));
}

/** @throws {UsageError} for an architecture that does not exist, and for several */
function machineOf(registry: Registry, name = 'x86'): Machine {
  if (name === every || name.includes(','))
    throw new UsageError(`it takes one architecture, not ${name}`);
  return machinesOf(registry, [name], undefined)[0]!;
}

/** The cells of one layout. */
function plan(
  registry: Registry,
  rows: readonly SuiteRow[],
  layout: SuiteLayout,
  kernels: readonly Kernel[],
  { architecture, model }: Machine,
): readonly PlannedCell[] {
  const parameters = { layout: layout.id };
  const [first] = rows;
  const because =
    layout.missing ??
    (first &&
      misfitOf(() =>
        select(registry, {
          scenario: first.scenario.id,
          kernel: kernels[0]!.id,
          architecture,
          model,
          parameters,
        }),
      ));
  const histories = historiesOf(registry.architecture(architecture));
  const newerCodeOf = new Map(kernels.map((kernel) => [kernel, newerCode(histories, kernel)]));
  return rows.flatMap((row) =>
    kernels.map((kernel): PlannedCell => {
      const { scenario } = row;
      const cell = { row: row.number, layout: layout.id, kernel: kernel.id };
      if (because !== undefined) return { cell: { ...cell, because }, row, layout };
      const lacks = lacking(kernel, [...row.needs, ...layout.needs]).map(
        ({ name, since }) => `${name} (${since})`,
      );
      const subject = { scenario: scenario.id, kernel: kernel.id, architecture, model };
      return {
        cell: { ...cell, ...(lacks.length === 0 ? {} : { lacks }) },
        row,
        layout,
        selected: {
          choice: { ...subject, parameters },
          subject,
          newerCode: newerCodeOf.get(kernel)!,
        },
      };
    }),
  );
}

/** Why an architecture cannot run something, if it cannot. */
function misfitOf(selecting: () => unknown): string | undefined {
  try {
    selecting();
  } catch (thrown) {
    if (thrown instanceof MisfitError) return thrown.message;
    throw thrown;
  }
  return undefined;
}

function judged(
  { cell, row, layout }: Omit<PlannedCell, 'selected'>,
  { result, subject }: RunReport,
): ConformanceCell {
  switch (result.verdict) {
    case 'verified':
      return { ...cell, outcome: 'pass' };
    case 'vacuous':
      return { ...cell, outcome: 'skip', because: row.skips ?? layout.skips ?? 'it skips itself' };
    case 'violated': {
      const command = [
        ...['pagerace', 'run', subject.scenario, '--kernel', subject.kernel],
        ...['--arch', subject.architecture, '--set', `layout=${layout.id}`],
      ];
      const [{ message } = { message: '' }] = result.violations;
      return { ...cell, outcome: 'fail', because: message, show: shellCommand(command) };
    }
    default:
      return { ...cell, outcome: 'error', because: result.error ?? result.covers };
  }
}

function exitCodeOf({ cells, complete }: ConformanceReport): ExitCode {
  const has = (outcome: ConformanceCell['outcome']): boolean =>
    cells.some((cell) => cell.outcome === outcome);
  if (has('error')) return ExitCode.internal;
  if (has('fail')) return ExitCode.violation;
  return complete && has('pass') ? ExitCode.success : ExitCode.inconclusive;
}
