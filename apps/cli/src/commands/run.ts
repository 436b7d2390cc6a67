import type { Result } from '@pagerace/explorer';
import { json, runDocument } from '@pagerace/report';
import type { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import { exploreSelection } from '../exploring.js';
import { newerCodeNote } from '../newer-code.js';
import { runExitCode } from '../outcome.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import { select } from '../selection.js';
import type { Session } from '../session.js';
import { strategyOf, type StrategyOptions } from '../strategy.js';
import { verdictLines } from '../verdict-line.js';
import { simplestFirst, subjectText, foundWitness, witnessText } from '../witness-text.js';

export interface RunOptions extends StrategyOptions {
  readonly kernel?: string;
  readonly arch?: string;
  readonly model?: string;
  readonly set?: readonly string[];
  readonly weaken?: readonly string[];
  readonly allViolations?: boolean;
}

/** Explores one scenario on one kernel. */
export async function run(
  scenario: string,
  options: RunOptions,
  session: Session,
): Promise<ExitCode> {
  const { registry, terminal } = session;
  const { json: asJson, plugin } = session.options;
  const strategy = strategyOf(options);
  const selection = select(registry, {
    scenario,
    kernel: options.kernel,
    architecture: options.arch,
    model: options.model,
    parameters: readParameters(options.set),
    weaken: options.weaken,
  });
  const replayOf = (id: string): string =>
    replayCommand(selection.subject, id, options.set, plugin);

  const shown = new Set<string>();
  const show = (result: Result): void => {
    const violations = simplestFirst(result);
    for (const violation of options.allViolations === true ? violations : violations.slice(0, 1)) {
      const { id } = violation.witness;
      if (shown.has(id)) continue;
      shown.add(id);
      terminal.out(`${witnessText(selection, foundWitness(selection, violation), replayOf(id))}\n`);
    }
  };

  const thread = new ExplorationThread(plugin);
  const report = await exploreSelection(selection, {
    strategy,
    display: progressDisplay(terminal, session.options),
    thread,
    ...(asJson ? {} : { onViolation: show }),
  });
  await thread.end();

  if (asJson) terminal.out(json(runDocument(report, replayOf)));
  else {
    show(report.result);
    if (shown.size === 0) terminal.out(`${subjectText(selection)}\n`);
    terminal.out(verdictLines(report, terminal));
    for (const note of newerCodeNote(selection.run.kernel)) terminal.out(`\n${note}`);
  }
  return runExitCode(report);
}
