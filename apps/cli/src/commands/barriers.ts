import { availableParallelism } from 'node:os';
import {
  analyse,
  type Assignment,
  asWritten,
  type BarriersReport,
  barriersDocument,
  barriersText,
  isAnswered,
  type MachineReport,
} from '@pagerace/barriers';
import { expectationOf, MisfitError, nearest, noSuch, type Registry } from '@pagerace/kernel';
import { dropped, type OrderingSite } from '@pagerace/machine';
import type { Result } from '@pagerace/explorer';
import { commandLines, isBroken, json, pageWidth } from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { ExplorationPool } from '../exploration-pool.js';
import type { ExplorationThread } from '../exploration-thread.js';
import { exploreSelection } from '../exploring.js';
import { type Machine, machinesOf } from '../machines.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import { namedKernels, select, type Selection, usualKernels } from '../selection.js';
import type { Session } from '../session.js';
import { strategyOf } from '../strategy.js';
import { weakenedTexts } from '../weakened-sites.js';
import { simplestFirst, witnessOf, witnessText } from '../witness-text.js';

export interface BarriersOptions {
  readonly kernel?: string;
  readonly arch?: readonly string[];
  readonly model?: string;
  readonly set?: readonly string[];
  readonly site?: readonly string[];
  readonly show?: boolean;
  /** Per exploration, in seconds. */
  readonly timeout?: number;
}

/** Finds out which barriers of a kernel a scenario needs, on which machine. */
export async function barriers(
  scenario: string,
  options: BarriersOptions,
  session: Session,
): Promise<ExitCode> {
  const { registry, terminal } = session;
  const { json: asJson, plugin } = session.options;
  const known = machinesOf(registry, options.arch, options.model);
  const kernel = options.kernel ?? soundKernel(registry, scenario, known);
  const parameters = readParameters(options.set);
  const selectOn = (
    { architecture, model }: Pick<Machine, 'architecture' | 'model'>,
    assignment: Assignment,
  ): Selection => {
    const weaken = weakenedTexts(assignment);
    return select(registry, { scenario, kernel, architecture, model, parameters, weaken });
  };
  // What does not fit is found before anything runs.
  const misfits: { name: string; because: string }[] = [];
  const machines = known.filter((machine) => {
    try {
      return selectOn(machine, asWritten);
    } catch (thrown) {
      if (!(thrown instanceof MisfitError)) throw thrown;
      misfits.push({ name: machine.name, because: thrown.message });
      if (misfits.length === known.length) throw thrown;
      return false;
    }
  });

  const strategy = strategyOf({
    strategy: 'first',
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  });
  const display = progressDisplay(terminal, session.options);
  const everyMet = new Set<string>();
  const reportOn = async (
    machine: Machine,
    thread: ExplorationThread,
    progress: string,
  ): Promise<MachineReport> => {
    let met: readonly OrderingSite[] = [];
    const explore = async (assignment: Assignment): Promise<Result> => {
      display.activity(`${machine.name} (${progress})${withoutText(assignment)}`);
      const onSites = (sites: readonly OrderingSite[]): void => {
        for (const { name } of sites) everyMet.add(name);
        if (assignment === asWritten) met = asked(sites, options.site);
      };
      const exploring = { strategy, display, thread, onSites };
      return (await exploreSelection(selectOn(machine, assignment), exploring)).result;
    };
    const { clearBeforeLoad } = registry.architecture(machine.architecture);
    return {
      name: machine.name,
      subject: selectOn(machine, asWritten).subject,
      analysis: await analyse(explore, () => met),
      ...(clearBeforeLoad === undefined ? {} : { clearBeforeLoad }),
    };
  };

  const pool = new ExplorationPool(plugin, Math.min(availableParallelism(), machines.length));
  const reports = await pool
    .forEach(machines, (machine, thread, nth) =>
      reportOn(machine, thread, `${String(nth + 1)} of ${String(machines.length)}`),
    )
    .finally(() => pool.end());
  display.clear();

  // Where it was interrupted, some are missing.
  const made = reports.filter((one) => one !== undefined);
  const isComplete = made.length === machines.length && !pool.interrupted;
  // Of an exploration that ended early it is not known what it would have met.
  const knowsAll = isComplete && made.every(({ analysis }) => analysis.baseline.complete);
  for (const site of knowsAll ? (options.site ?? []) : []) {
    if (!everyMet.has(site)) throw noSuch('barrier', site, everyMet);
  }

  const report: BarriersReport = {
    scenario,
    kernel,
    machines: made,
    ...(options.site === undefined
      ? {}
      : { asked: options.site, meant: meantBy(options.site, everyMet) }),
    ...(misfits.length === 0 ? {} : { misfits }),
  };
  const replayOf = ({ subject }: MachineReport, weakened: string, id: string): string =>
    replayCommand({ ...subject, weakened: [weakened] }, id, options.set, plugin);
  if (asJson) terminal.out(json(barriersDocument(report, isComplete, replayOf)));
  else {
    terminal.out(`${scenario} on ${kernel}\n\n${barriersText(report, terminal)}`);
    const found = counterexamples(report, options.show === true);
    if (found.length > 0 && options.show !== true) terminal.out('\nWhat goes wrong without them:');
    for (const { machine, site, id } of found) {
      const command = replayOf(machine, `${site}=dropped`, id);
      const selection = selectOn(machine.subject, new Map([[site, dropped]]));
      terminal.out(
        options.show === true
          ? `\n${witnessText(selection, witnessOf(selection, id), command)}`
          : commandLines(command, pageWidth).join('\n'),
      );
    }
    if (!isComplete) terminal.out('\nInterrupted: incomplete.');
  }
  return exitCodeOf(report, isComplete);
}

/** The first kernel of which the scenario expects that nothing goes wrong on any of the machines. */
function soundKernel(registry: Registry, id: string, machines: readonly Machine[]): string {
  const scenario = registry.scenario(id);
  return (
    namedKernels(registry, scenario).find((kernel) =>
      machines.every(
        ({ architecture }) =>
          expectationOf(scenario, registry.kernel(kernel), architecture)?.verdict === 'verified',
      ),
    ) ?? usualKernels(registry, scenario).at(-1)!
  );
}

/** For each name that no site has, the one most like it. */
function meantBy(names: readonly string[], met: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map(
    names.flatMap((name) => {
      const like = met.has(name) ? undefined : nearest(name, met);
      return like === undefined ? [] : [[name, like] as const];
    }),
  );
}

function withoutText(assignment: Assignment): string {
  const [site] = assignment.keys();
  if (site === undefined) return '';
  return assignment.size === 1
    ? ` without ${site}`
    : ` without ${String(assignment.size)} of its barriers`;
}

function asked(
  met: readonly OrderingSite[],
  names: readonly string[] | undefined,
): readonly OrderingSite[] {
  return names === undefined ? met : met.filter(({ name }) => names.includes(name));
}

interface Counterexample {
  readonly machine: MachineReport;
  readonly site: string;
  readonly id: string;
}

/**
 * For each site that is needed, an execution without it.
 *
 * @param everywhere on each machine that needs it; otherwise on the first
 */
function counterexamples({ machines }: BarriersReport, everywhere: boolean): Counterexample[] {
  const told = new Set<string>();
  return machines.flatMap((machine) =>
    machine.analysis.sites
      .filter(({ need, site }) => need === 'needed' && (everywhere || !told.has(site.name)))
      .map(({ site, alone }) => {
        told.add(site.name);
        return {
          machine,
          site: site.name,
          id: simplestFirst(alone[0]!.result)[0]!.witness.id,
        };
      }),
  );
}

function exitCodeOf(report: BarriersReport, isComplete: boolean): ExitCode {
  const baselines = report.machines.map(({ analysis }) => analysis.baseline);
  if (baselines.some(({ verdict }) => verdict === 'model error')) return ExitCode.internal;
  if (baselines.some(isBroken)) return ExitCode.violation;
  return isComplete && isAnswered(report) ? ExitCode.success : ExitCode.inconclusive;
}
