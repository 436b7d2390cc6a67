import { type ExploreOptions, ExplorationRun, type Result } from '@pagerace/explorer';
import { runInterleavings } from './interleaving-run.js';
import type { Interruption } from './interruption.js';
import type { ProgressDisplay } from './progress-display.js';
import type { Selection } from './selection.js';
import type { Strategy } from './strategy.js';
import { mustBeMet } from './weakened-sites.js';

/** How long an exploration goes on between two looks at what the user wants. In milliseconds. */
const slice = 50;
/** A counterexample is shown this soon, even if a simpler one may come. In milliseconds. */
const patience = 250;

export interface Exploring {
  readonly strategy: Strategy;
  readonly display: ProgressDisplay;
  readonly interruption: Interruption;
  /** Told once of a violation, when the search for a simpler one takes its time. */
  readonly onViolation?: (soFar: Result) => void;
}

/** Explores a run to the end, to a limit, or until the user has seen enough. */
export async function exploreSelection(
  selection: Selection,
  exploring: Exploring,
): Promise<Result> {
  const { strategy, display, interruption } = exploring;
  const { subject } = selection;
  display.started(subject);
  const result =
    strategy.kind === 'bounded' || strategy.kind === 'random'
      ? await runInterleavings(selection, strategy, display, interruption)
      : await runGraphs(selection, exploring);
  display.clear();
  display.event({ event: 'ended', ...subject, verdict: result.verdict, complete: result.complete });
  return result;
}

async function runGraphs(
  { run, subject, orderingSites }: Selection,
  exploring: Exploring,
): Promise<Result> {
  const { strategy, display, interruption, onViolation } = exploring;
  const exploration = new ExplorationRun(run.setup, {
    model: run.model,
    mustCover: run.mustCover,
    fingerprint: run.fingerprint,
    ...strategyOptions(strategy),
    progressInterval: display.interval,
    onProgress: (progress) => display.progress(subject, progress),
  });
  const started = performance.now();
  let isTold = false;
  while (!exploration.advance(slice)) {
    await new Promise((resolve) => setImmediate(resolve));
    if (interruption.requested) exploration.interrupt();
    if (isTold || performance.now() - started < patience) continue;
    const soFar = exploration.result();
    if (soFar.violations.length === 0) continue;
    isTold = true;
    display.clear();
    onViolation?.(soFar);
  }
  const result = exploration.result();
  if (result.complete) mustBeMet(orderingSites);
  return result;
}

function strategyOptions(strategy: Strategy): Partial<ExploreOptions> {
  const { maximumExecutions, maximumMilliseconds } = strategy;
  return {
    ...(strategy.kind === 'first' ? { strategy: 'first violation' } : {}),
    ...(maximumExecutions === undefined ? {} : { maximumExecutions }),
    ...(maximumMilliseconds === undefined ? {} : { maximumMilliseconds }),
  };
}
