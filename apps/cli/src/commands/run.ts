import { json, runDocument } from '@pagerace/report';
import type { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import { exploreSelection } from '../exploring.js';
import { newerCodeNotes } from '../newer-code.js';
import { runExitCode } from '../outcome.js';
import { readParameters } from '../parameters.js';
import { progressDisplay } from '../progress-display.js';
import { replayCommand } from '../replay-command.js';
import type { BareSession } from '../session.js';
import { strategyOf, type StrategyOptions } from '../strategy.js';
import { subjectText } from '../subject-text.js';
import { observationLines, verdictLines } from '../verdict-line.js';

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
  { terminal, options: globals }: BareSession,
): Promise<ExitCode> {
  const { json: asJson, plugin } = globals;
  const strategy = strategyOf(options);
  const parameters = readParameters(options.set);
  const thread = new ExplorationThread(plugin);
  let shown = 0;
  const show = (timelines: readonly string[]): void => {
    for (const timeline of timelines) terminal.out(`${timeline}\n`);
    shown += timelines.length;
  };
  const showing = {
    all: options.allViolations === true,
    settings: options.set ?? [],
    plugins: plugin ?? [],
  };
  const choice = {
    scenario,
    kernel: options.kernel,
    architecture: options.arch,
    model: options.model,
    parameters,
    weaken: options.weaken,
  };
  const explored = async () => {
    const selected = await thread.perform({ kind: 'select', choice });
    const report = await exploreSelection(selected, {
      strategy,
      display: progressDisplay(terminal, globals),
      thread,
      ...(asJson ? {} : { showing, onTimelines: show }),
    });
    return { selected, report };
  };
  const { selected, report } = await explored().finally(() => thread.end());

  const replayOf = (id: string): string => replayCommand(selected.subject, id, options.set, plugin);
  if (asJson) {
    terminal.out(json(runDocument(report, replayOf)));
  } else {
    if (shown === 0) terminal.out(`${subjectText(selected)}\n`);
    const observed = observationLines(report, replayOf);
    if (observed !== '') terminal.out(`${observed}\n`);
    terminal.out(verdictLines(report, terminal));
    for (const note of newerCodeNotes([selected])) terminal.out(`\n${note}`);
  }
  return runExitCode(report);
}
