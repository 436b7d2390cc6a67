import type { Result } from '@pagerace/explorer';
import type { Run } from '@pagerace/kernel';
import type { OrderingSite } from '@pagerace/machine';
import type { RunReport } from '@pagerace/report';
import { EndlessError, type ExplorationThread } from './exploration-thread.js';
import type { ProgressDisplay } from './progress-display.js';
import type { Selection } from './selection.js';
import type { Strategy } from './strategy.js';

export interface Exploring {
  readonly strategy: Strategy;
  readonly display: ProgressDisplay;
  readonly thread: ExplorationThread;
  /** Told once of a violation, when the search for a simpler one takes its time. */
  readonly onViolation?: (soFar: Result) => void;
  /** Told in the end which ordering sites were met. */
  readonly onSites?: (met: readonly OrderingSite[]) => void;
}

/** Explores a run to the end, to a limit, or until the user has seen enough. */
export async function exploreSelection(
  { choice, run, subject, expected }: Selection,
  { strategy, display, thread, onViolation, onSites }: Exploring,
): Promise<RunReport> {
  display.started(subject);
  const started = performance.now();
  const { result, extent, met } = await thread
    .perform(
      { kind: 'explore', choice, strategy, progressInterval: display.interval },
      (message) => {
        if (message.kind === 'progress') display.progress(subject, message.progress);
        else {
          display.clear();
          onViolation?.(message.soFar);
        }
      },
    )
    .catch((thrown: unknown) => {
      if (!(thrown instanceof EndlessError)) throw thrown;
      return {
        result: endless(run, thrown, performance.now() - started),
        extent: undefined,
        met: [],
      };
    });
  onSites?.(met);
  const { newerCode } = run.kernel;
  display.clear();
  display.event({ event: 'ended', ...subject, verdict: result.verdict, complete: result.complete });
  return {
    subject,
    result,
    ...(expected === undefined ? {} : { expected }),
    ...(extent === undefined ? {} : { extent }),
    ...(newerCode === undefined ? {} : { newerCode }),
  };
}

/** The result of a program with a thread that does not end: what was found before is lost with it. */
function endless({ model }: Run, { message }: Error, milliseconds: number): Result {
  return {
    verdict: 'model error',
    covers: message,
    error: message,
    complete: false,
    model: model.id,
    executions: 0,
    violating: 0,
    blocked: 0,
    deadlocks: 0,
    violations: [],
    neverCovered: [],
    milliseconds,
  };
}
