import type { Result } from '@pagerace/explorer';
import type { OrderingSite } from '@pagerace/machine';
import type { RunReport } from '@pagerace/report';
import { EndlessError, type ExplorationThread } from './exploration-thread.js';
import { modelError } from './model-error.js';
import type { ProgressDisplay } from './progress-display.js';
import type { Selection } from './selection.js';
import type { Strategy } from './strategy.js';

export interface Exploring {
  readonly strategy: Strategy;
  readonly display: ProgressDisplay;
  readonly thread: ExplorationThread;
  /** Called once with a violation, when the search for a simpler one takes its time. */
  readonly onViolation?: (soFar: Result) => void;
  /** Called at the end with the ordering sites that were met. */
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
        result: modelError(run, thrown.message, performance.now() - started),
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
