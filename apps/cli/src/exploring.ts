import type { OrderingSite } from '@pagerace/machine';
import type { RunReport } from '@pagerace/report';
import { EndlessError, type ExplorationThread } from './exploration-thread.js';
import { modelError } from './model-error.js';
import type { ProgressDisplay } from './progress-display.js';
import type { Selected } from './selection.js';
import type { Strategy } from './strategy.js';
import type { Showing } from './witness-text.js';

export interface Exploring {
  readonly strategy: Strategy;
  readonly display: ProgressDisplay;
  readonly thread: ExplorationThread;
  /** Which executions that go wrong are shown; none by default. */
  readonly showing?: Showing;
  /** Called with their timelines: once before the end, when the search for a simpler one takes its time. */
  readonly onTimelines?: (timelines: readonly string[]) => void;
  /** Called at the end with the ordering sites that were met. */
  readonly onSites?: (met: readonly OrderingSite[]) => void;
}

/** Explores a run to the end, to a limit, or until the user has seen enough. */
export async function exploreSelection(
  { choice, subject, expected, newerCode }: Selected,
  { strategy, display, thread, showing, onTimelines, onSites }: Exploring,
): Promise<RunReport> {
  display.started(subject);
  const started = performance.now();
  const { result, extent, met, timelines } = await thread
    .perform(
      {
        kind: 'explore',
        choice,
        strategy,
        progressInterval: display.interval,
        ...(showing === undefined ? {} : { showing }),
      },
      (message) => {
        if (message.kind === 'progress') display.progress(subject, message.progress);
        else {
          display.clear();
          onTimelines?.(message.timelines);
        }
      },
    )
    .catch((thrown: unknown) => {
      if (!(thrown instanceof EndlessError)) throw thrown;
      return {
        result: modelError(subject.model, thrown.message, performance.now() - started),
        extent: undefined,
        met: [],
        timelines: [],
      };
    });
  onSites?.(met);
  display.clear();
  display.event({ event: 'ended', ...subject, verdict: result.verdict, complete: result.complete });
  onTimelines?.(timelines);
  return {
    subject,
    result,
    ...(expected === undefined ? {} : { expected }),
    ...(extent === undefined ? {} : { extent }),
    ...(newerCode.length === 0 ? {} : { newerCode: newerCode.join('; ') }),
  };
}
