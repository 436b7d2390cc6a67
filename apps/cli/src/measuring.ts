import {
  type Estimate,
  estimate,
  expectedSize,
  ExplorationRun,
  ModelError,
} from '@pagerace/explorer';
import type { Run } from '@pagerace/kernel';

/** How much effort to make. */
export interface Effort {
  /** Random descents at most. */
  readonly samples: number;
  readonly seed: number;
  readonly milliseconds: number;
}

/** How much there is to explore, and how fast it is explored. */
export interface Measured {
  /** How long it took to explore everything, if that was done while measuring. In milliseconds. */
  readonly explored?: number;
  readonly estimate: Estimate;
  /** Executions per second. A random descent takes longer than an execution, and says nothing of it. */
  readonly rate: number;
  /** Whether it ended because the user wanted it to. */
  readonly interrupted: boolean;
}

/** How long the rate is measured at most, of which the first third is for warming up. In milliseconds. */
const measuring = 1000;

/**
 * Explores for a while, for the rate, and then samples, for the number.
 *
 * @throws {ModelError} when the program cannot be explored
 */
export function measure(
  { setup, model }: Run,
  { samples, seed, milliseconds: patience }: Effort,
  isInterrupted: () => boolean,
): Measured {
  const started = performance.now();
  const passed = (): number => performance.now() - started;
  const share = Math.min(measuring, patience / 4);
  const exploration = new ExplorationRun(setup, { model });
  let warm = exploration.result();
  while (!isInterrupted() && passed() < share && !exploration.advance(20)) {
    if (passed() < share / 3) warm = exploration.result();
  }
  const { executions, milliseconds, complete, error } = exploration.result();
  if (error !== undefined) throw new ModelError(error);
  const rate = ((executions - warm.executions) / (milliseconds - warm.milliseconds)) * 1000;
  if (complete) {
    const exactly = { mean: executions, low: executions, high: executions, samples: 0 };
    return { estimate: exactly, rate, explored: milliseconds, interrupted: false };
  }
  const sampled = estimate(setup, {
    model,
    samples,
    seed,
    shouldStop: () => isInterrupted() || passed() >= patience,
  });
  return {
    estimate: expectedSize(sampled, executions, exploration.explored),
    rate,
    interrupted: isInterrupted(),
  };
}
