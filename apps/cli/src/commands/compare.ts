import { availableParallelism } from 'node:os';
import {
  asExpected,
  compareDocument,
  distinctFailures,
  json,
  pageWidth,
  type RunReport,
  type Subject,
  table,
  wrap,
} from '@pagerace/report';
import type { ComparisonPlan } from '../comparison-plan.js';
import type { ExitCode } from '../exit-code.js';
import { ExplorationPool } from '../exploration-pool.js';
import { exploreSelection } from '../exploring.js';
import { failureLines } from '../failure-lines.js';
import { machineKey } from '../machines.js';
import { compareExitCode } from '../outcome.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import type { BareSession } from '../session.js';
import { type Strategy, strategyOf, type StrategyOptions } from '../strategy.js';
import { newerCodeNotes } from '../newer-code.js';

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
  session: BareSession,
): Promise<ExitCode> {
  const strategy = strategyOf(options);
  // It plans before the others are started: there is not always work for all of them.
  const pool = new ExplorationPool(session.options.plugin, 1);
  try {
    return await compareOn(pool, scenario, options, strategy, session);
  } finally {
    await pool.end();
  }
}

async function compareOn(
  pool: ExplorationPool,
  scenario: string,
  options: CompareOptions,
  strategy: Strategy,
  { terminal, options: globals }: BareSession,
): Promise<ExitCode> {
  const { json: asJson, plugin } = globals;
  const { a, b, kernels, arch, model } = options;
  const parameters = readParameters(options.set);
  const replayOf = (subject: Subject, id: string): string =>
    replayCommand(subject, id, options.set, plugin);

  const request = { scenario, a, b, kernels, arch, model, parameters };
  const { selected, misfits, machineNames, brokenOn } = await pool.first.perform({
    kind: 'plan',
    request,
  });
  const machineName = (subject: Subject): string => machineNames.get(machineKey(subject))!;

  pool.grow(Math.min(options.jobs ?? availableParallelism(), selected.length));
  const display = progressDisplay(terminal, globals, selected.length);
  const reports = await pool
    .forEach(selected, (one, thread) => exploreSelection(one, { strategy, display, thread }))
    .finally(() => display.clear());
  // Where it was interrupted, some are missing.
  const runs = reports.filter((one) => one !== undefined);
  const isComplete = runs.length === selected.length && !pool.interrupted;

  if (asJson) terminal.out(json(compareDocument(scenario, runs, isComplete, replayOf, misfits)));
  else {
    const failures = distinctFailures(runs);
    const [shown] = failures;
    if (shown !== undefined) {
      const { choice } = selected.find(({ subject }) => subject === shown.subject)!;
      const { id } = shown.violation.witness;
      const request = { id, everyStep: false, asJson: false, settings: options.set ?? [] };
      const { text } = await pool.first.perform({ kind: 'replay', choice, request });
      terminal.out(`${text}\n`);
    }
    const { paint } = terminal;
    terminal.out(table(runs, { paint, misfits, machineName }));
    if (failures.length > 1) terminal.out(`\n${failureLines(failures, machineName, replayOf)}`);
    terminal.out(`\n${wrap(conclusion(runs, isComplete), pageWidth).join('\n')}`);
    const elsewhere = brokenElsewhere(runs, brokenOn);
    if (elsewhere.length > 0) {
      const hint = `Goes wrong on ${elsewhere.join(', ')}: --arch all`;
      terminal.out(wrap(hint, pageWidth).join('\n'));
    }
    for (const note of newerCodeNotes(selected)) terminal.out(`\n${note}`);
  }
  return compareExitCode(runs, isComplete);
}

/** Where nothing goes wrong: the architectures on which the scenario expects that something does. */
function brokenElsewhere(
  runs: readonly RunReport[],
  brokenOn: ComparisonPlan['brokenOn'],
): readonly string[] {
  if (runs.some(({ result }) => result.verdict !== 'verified')) return [];
  return [...brokenOn]
    .filter(([, kernels]) => runs.some(({ subject }) => kernels.includes(subject.kernel)))
    .map(([architecture]) => architecture);
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
