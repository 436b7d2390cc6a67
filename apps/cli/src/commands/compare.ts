import {
  asExpected,
  commandLines,
  compareDocument,
  json,
  pageWidth,
  type RunReport,
  table,
  wrap,
} from '@pagerace/report';
import type { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import { exploreSelection } from '../exploring.js';
import { UsageError } from '../failure.js';
import { compareExitCode } from '../outcome.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import { namedKernels, select, type Selection, usualKernels } from '../selection.js';
import type { Session } from '../session.js';
import { strategyOf, type StrategyOptions } from '../strategy.js';
import { simplestFirst, foundWitness, witnessText } from '../witness-text.js';

export interface CompareOptions extends StrategyOptions {
  readonly a?: string;
  readonly b?: readonly string[];
  readonly kernels?: readonly string[];
  readonly arch?: readonly string[];
  readonly model?: string;
  readonly set?: readonly string[];
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
  const selections = selectAll(scenario, options, session);
  const replayOf = ({ subject }: Selection, id: string): string =>
    replayCommand(subject, id, options.set, plugin);

  let shown: string | undefined;
  const thread = new ExplorationThread(plugin);
  const display = progressDisplay(terminal, session.options);
  const runs: RunReport[] = [];
  const further = new Set<string>();
  for (const selection of selections) {
    if (thread.interrupted) break;
    const show = (result: RunReport['result']): void => {
      const [violation] = simplestFirst(result);
      if (violation === undefined || asJson) return;
      const { id } = violation.witness;
      if (shown === undefined)
        terminal.out(
          `${witnessText(selection, foundWitness(selection, violation), replayOf(selection, id))}\n`,
        );
      else if (id !== shown) further.add(replayOf(selection, id));
      shown ??= id;
    };
    const result = await exploreSelection(selection, {
      strategy,
      display,
      thread,
      ...(shown === undefined ? { onViolation: show } : {}),
    });
    show(result);
    const { subject, expected } = selection;
    runs.push({ subject, result, ...(expected === undefined ? {} : { expected }) });
  }
  await thread.end();

  const isComplete = runs.length === selections.length && !thread.interrupted;
  if (asJson)
    terminal.out(
      json(
        compareDocument(scenario, runs, isComplete, (subject, id) =>
          replayCommand(subject, id, options.set, plugin),
        ),
      ),
    );
  else {
    terminal.out(table(runs, { paint: terminal.paint }));
    if (further.size > 0) {
      terminal.out(
        `\nMore to see:\n${[...further].flatMap((command) => commandLines(command, pageWidth)).join('\n')}`,
      );
    }
    terminal.out(`\n${wrap(conclusion(runs, isComplete), pageWidth).join('\n')}`);
  }
  return compareExitCode(runs, isComplete);
}

/** In a list of kernels: every one that the scenario expects something of. */
const every = 'all';

function selectAll(scenario: string, options: CompareOptions, { registry }: Session): Selection[] {
  const { a, b = [], kernels: all = [], arch = [] } = options;
  const named = [...(a === undefined ? [] : [a]), ...b, ...all.filter((one) => one !== every)];
  const about = registry.scenario(scenario);
  const kernels = [
    ...new Set([...named, ...(all.includes(every) ? namedKernels(registry, about) : [])]),
  ];
  if (kernels.length === 0) kernels.push(...usualKernels(registry, about));
  if (kernels.length === 1 && a !== undefined) {
    throw new UsageError('--a names the first kernel to compare, and --b must name another');
  }
  const architectures = arch.length === 0 ? [undefined] : arch;
  const parameters = readParameters(options.set);
  return architectures.flatMap((architecture) =>
    kernels.map((kernel) =>
      select(registry, { scenario, kernel, architecture, model: options.model, parameters }),
    ),
  );
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
  if (outcomes.includes(undefined))
    return 'Explored completely; the scenario does not say what to expect of every kernel here.';
  return 'Every kernel behaves as expected.';
}
