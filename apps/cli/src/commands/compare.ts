import { availableParallelism } from 'node:os';
import { expectationOf, MisfitError, type Registry } from '@pagerace/kernel';
import {
  asExpected,
  compareDocument,
  distinctFailures,
  json,
  type Misfit,
  pageWidth,
  type RunReport,
  type Subject,
  table,
  wrap,
} from '@pagerace/report';
import type { ExitCode } from '../exit-code.js';
import { ExplorationPool } from '../exploration-pool.js';
import { exploreSelection } from '../exploring.js';
import { UsageError } from '../failure.js';
import { failureLines } from '../failure-lines.js';
import { every, machinesOf, portable } from '../machines.js';
import { compareExitCode } from '../outcome.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import {
  namedKernels,
  select,
  type Selection,
  usualArchitecture,
  usualKernels,
} from '../selection.js';
import type { Session } from '../session.js';
import { strategyOf, type StrategyOptions } from '../strategy.js';
import { newerCodeNote } from '../newer-code.js';
import { witnessOf, witnessText } from '../witness-text.js';

export interface CompareOptions extends StrategyOptions {
  readonly a?: string;
  readonly b?: readonly string[];
  readonly kernels?: readonly string[];
  readonly arch?: readonly string[];
  readonly model?: string;
  readonly set?: readonly string[];
  /** Threads that explore at the same time. */
  readonly jobs?: number;
}

/** Explores one scenario on several kernels and architectures, and says where they differ. */
export async function compare(
  scenario: string,
  options: CompareOptions,
  session: Session,
): Promise<ExitCode> {
  const { terminal } = session;
  const { json: asJson, plugin } = session.options;
  const strategy = strategyOf(options);
  const { selections, misfits, machineName } = selectAll(scenario, options, session);
  const replayOf = (subject: Subject, id: string): string =>
    replayCommand(subject, id, options.set, plugin);

  const jobs = Math.min(options.jobs ?? availableParallelism(), selections.length);
  const pool = new ExplorationPool(plugin, jobs);
  const display = progressDisplay(terminal, session.options, selections.length);
  const reports = await pool
    .forEach(selections, (selection, thread) =>
      exploreSelection(selection, { strategy, display, thread }),
    )
    .finally(() => {
      display.clear();
      return pool.end();
    });
  // Where it was interrupted, some are missing.
  const runs = reports.filter((one) => one !== undefined);
  const isComplete = runs.length === selections.length && !pool.interrupted;

  if (asJson) terminal.out(json(compareDocument(scenario, runs, isComplete, replayOf, misfits)));
  else {
    const failures = distinctFailures(runs);
    const [shown] = failures;
    if (shown !== undefined) {
      const selection = selections.find(({ subject }) => subject === shown.subject)!;
      const { id } = shown.violation.witness;
      terminal.out(
        `${witnessText(selection, witnessOf(selection, id), replayOf(shown.subject, id))}\n`,
      );
    }
    const { paint } = terminal;
    terminal.out(table(runs, { paint, misfits, machineName }));
    if (failures.length > 1) terminal.out(`\n${failureLines(failures, machineName, replayOf)}`);
    terminal.out(`\n${wrap(conclusion(runs, isComplete), pageWidth).join('\n')}`);
    const elsewhere = brokenElsewhere(runs, session.registry);
    if (elsewhere.length > 0) {
      const hint = `Goes wrong on ${elsewhere.join(', ')}: --arch all`;
      terminal.out(wrap(hint, pageWidth).join('\n'));
    }
    for (const note of new Set(selections.flatMap(({ run }) => newerCodeNote(run.kernel))))
      terminal.out(`\n${note}`);
  }
  return compareExitCode(runs, isComplete);
}

/** Where nothing goes wrong: the architectures on which the scenario expects that something does. */
function brokenElsewhere(runs: readonly RunReport[], registry: Registry): readonly string[] {
  if (runs.some(({ result }) => result.verdict !== 'verified')) return [];
  return registry.architectures
    .map(({ id }) => id)
    .filter((id) =>
      runs.some(({ subject }) => {
        const expected = expectationOf(registry.scenario(subject.scenario), subject.kernel, id);
        return expected?.verdict === 'violated' || expected?.verdict === 'deadlock';
      }),
    );
}

interface Selected {
  readonly selections: readonly Selection[];
  readonly misfits: readonly Misfit[];
  /** What a row of the table is called. */
  readonly machineName: (subject: Subject) => string;
}

/** @throws {MisfitError} when nothing fits */
function selectAll(scenario: string, options: CompareOptions, { registry }: Session): Selected {
  const kernels = kernelsOf(scenario, options, registry);
  const { model } = options;
  const usual = (): string =>
    model === portable ? portable : usualArchitecture(registry.scenario(scenario));
  const { arch = [usual()] } = options;
  const machines = machinesOf(registry, arch, model);
  const parameters = readParameters(options.set);
  const selections: Selection[] = [];
  const misfits: Misfit[] = [];
  for (const { architecture, model } of machines) {
    for (const kernel of kernels) {
      try {
        selections.push(select(registry, { scenario, kernel, architecture, model, parameters }));
      } catch (thrown) {
        if (!(thrown instanceof MisfitError)) throw thrown;
        const subject = { scenario, kernel, architecture, model };
        misfits.push({ subject, because: thrown.message });
        if (misfits.length === machines.length * kernels.length) throw thrown;
      }
    }
  }
  const names = new Map(machines.map(({ name, ...machine }) => [keyOf(machine), name]));
  return { selections, misfits, machineName: (subject) => names.get(keyOf(subject))! };
}

function keyOf({ architecture, model }: Pick<Subject, 'architecture' | 'model'>): string {
  return `${architecture} ${model}`;
}

function kernelsOf(
  scenario: string,
  { a, b = [], kernels: all = [] }: CompareOptions,
  registry: Registry,
): readonly string[] {
  const named = [...(a === undefined ? [] : [a]), ...b, ...all.filter((one) => one !== every)];
  const about = registry.scenario(scenario);
  const kernels = [
    ...new Set([
      ...named,
      ...(all.includes(every) ? inOrder(namedKernels(registry, about), registry) : []),
    ]),
  ];
  if (kernels.length === 0) kernels.push(...usualKernels(registry, about));
  if (kernels.length === 1 && a !== undefined) {
    throw new UsageError('--a names the first kernel to compare, and --b must name another');
  }
  return kernels;
}

/** Kernels in the order of their releases, then those with patches. */
function inOrder(ids: readonly string[], { kernels }: Registry): readonly string[] {
  const rank = (id: string): number =>
    id.includes('+') ? kernels.length : kernels.findIndex((kernel) => kernel.id === id);
  return [...ids].sort((a, b) => rank(a) - rank(b));
}

function conclusion(runs: readonly RunReport[], isComplete: boolean): string {
  if (!isComplete) return 'Interrupted: incomplete.';
  const outcomes = runs.map(asExpected);
  if (runs.some(({ result }) => result.verdict === 'model error')) {
    const errors = new Set(runs.flatMap(({ result }) => result.error ?? []));
    return [...errors].map((error) => `model error: ${error}`).join('; ');
  }
  if (outcomes.includes(false)) return 'Not as expected.';
  if (runs.some(({ result }, nth) => outcomes[nth] === undefined && !result.complete))
    return 'Incomplete: not everything was explored.';
  if (runs.some(({ result }, nth) => outcomes[nth] === undefined && result.verdict === 'vacuous'))
    return 'Explored completely; where a property never applied nothing is known of it.';
  if (outcomes.includes(undefined))
    return 'Explored completely; the scenario does not say what to expect of every cell.';
  return 'Every kernel behaves as expected.';
}
