import { loadRegistry } from '@pagerace/cli';
import { decodeExecutionId, explore, replay, type Result, type Trace } from '@pagerace/explorer';
import { composeRun, type Run } from '@pagerace/kernel';
import type { Subject } from '@pagerace/report';
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
  const { model, setup, fingerprint } = runOf(pair, platform);
  const result = explore(setup, {
    model,
    maximumExecutions: bounds.executions,
    maximumMilliseconds: bounds.time,
    fingerprint,
  });
  return { pair, platform, result };
}

/** @throws {ExecutionIdError} if the id is of no execution of the pair on this platform */
export function replayPair(pair: Pair, platform: Platform, id: string): Trace {
  const { model, setup, fingerprint } = runOf(pair, platform);
  return replay(setup, decodeExecutionId(id, fingerprint), model);
}

export function subjectOf(pair: Pair, platform: Platform): Subject {
  const model = registry.architecture(platform.architecture).model;
  return { scenario: `${pair.state.id}: ${nameOf(pair)}`, ...platform, model };
}

function runOf(pair: Pair, platform: Platform): Run {
  const architecture = registry.architecture(platform.architecture);
  return composeRun({
    scenario: scenarioOf(pair),
    kernel: registry.kernel(platform.kernel),
    architecture,
    model: registry.model(architecture.model),
  });
}
