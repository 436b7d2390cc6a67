import { loadRegistry } from '@pagerace/cli';
import { explore, type Result } from '@pagerace/explorer';
import { composeRun, type Run } from '@pagerace/kernel';
import { operations } from './operations.js';
import { misfitOf, type Pair, scenarioOf } from './pair.js';
import { startStates } from './start-states.js';

export const registry = await loadRegistry();

/** What a pair is explored on. */
export interface Platform {
  readonly kernel: string;
  readonly architecture: string;
}

/** Up to where one pair is explored. */
export interface Bounds {
  readonly executions: number;
  /** In milliseconds. */
  readonly time: number;
}

/** What came out of one exploration. */
export interface Explored {
  readonly pair: Pair;
  readonly platform: Platform;
  readonly run: Run;
  readonly result: Result;
}

/** Every pair that can be composed, each operation with itself and with those behind it. */
export const pairs: readonly Pair[] = startStates
  .flatMap((state) =>
    operations.flatMap((first, nth) =>
      (state.across === true ? operations : operations.slice(nth)).map((second) => ({
        state,
        first,
        second,
      })),
    ),
  )
  .filter((pair) => misfitOf(pair) === undefined);

/** `store | munmap`. */
export function nameOf({ first, second }: Pair): string {
  return `${first.id} | ${second.id}`;
}

export function explorePair(pair: Pair, platform: Platform, bounds: Bounds): Explored {
  const architecture = registry.architecture(platform.architecture);
  const model = registry.model(architecture.model);
  const run = composeRun({
    scenario: scenarioOf(pair),
    kernel: registry.kernel(platform.kernel),
    architecture,
    model,
  });
  const result = explore(run.setup, {
    model,
    maximumExecutions: bounds.executions,
    maximumMilliseconds: bounds.time,
    fingerprint: run.fingerprint,
  });
  return { pair, platform, run, result };
}
