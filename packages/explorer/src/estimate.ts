import { Exploration, Outcome } from './exploration.js';
import type { MemoryModel } from './memory-model.js';
import { mustBeAtLeast, mustBeModel } from './options.js';
import type { Setup } from './program.js';
import { seededRandom } from './random.js';

/** How many executions a program has, as far as samples tell. */
export interface Estimate {
  readonly mean: number;
  /** The 95 % interval: from the samples' spread, and never below what {@link batches} bear out. */
  readonly low: number;
  /** Infinity where the samples are too few to tell. */
  readonly high: number;
  readonly samples: number;
}

export interface EstimateOptions {
  readonly model: MemoryModel;
  /** Default 1. */
  readonly seed?: number;
  /** At most so many samples; default 1,000. Fewer where the interval is within a tenth of the mean. */
  readonly samples?: number;
  /** Asked after each sample. */
  readonly shouldStop?: () => boolean;
}

/**
 * Five batches of samples whose means all are more than twice the truth: by Markov's inequality that has
 * a probability of less than 2⁻⁵, however long the tail (Gomes et al., "From Sampling to Model
 * Counting", 2007). So half the least of them is a lower bound even where the spread gives none.
 */
export const batches = 5;

/**
 * What samples tell of the whole when a part was explored: that part is known, and the rest is as large as
 * they say. If they allow less than was explored already, they have missed what is deep and rare; then
 * each execution stands for the share of the search tree that it took (Kilby et al., "Estimating Search
 * Tree Size", 2006), and only what was explored is certain.
 *
 * @param explored the share of the search tree that is done, 0 to 1
 */
export function expectedSize(sampled: Estimate, executions: number, explored: number): Estimate {
  const { mean, low, high, samples } = sampled;
  if (executions > high && explored > 0) {
    const byShare = executions / explored;
    return { mean: byShare, low: executions, high: byShare, samples };
  }
  const rest = 1 - explored;
  const whole = (size: number): number => executions + (rest === 0 ? 0 : rest * size);
  return { mean: whole(mean), low: whole(low), high: whole(high), samples };
}

/**
 * Estimates the number of executions by random descents of the explorer's search tree.
 *
 * At each node one child is taken at random; the product of the numbers of children on the way is an
 * unbiased estimate of the number of leaves (Knuth, "Estimating the Efficiency of Backtrack
 * Programs", 1975). Its distribution has a long tail: the interval is an indication.
 */
export function estimate(setup: Setup, options: EstimateOptions): Estimate {
  mustBeModel((options as EstimateOptions | undefined)?.model, 'estimate');
  const { model, seed = 1, samples = 1000, shouldStop } = options;
  mustBeAtLeast(1, samples, 'samples');
  let weight = 0;
  const exploration: Exploration = new Exploration(setup, {
    model,
    random: seededRandom(seed),
    onRestart: () => {
      weight = 0;
    },
    onExecution: (outcome) => {
      if (outcome === Outcome.complete) weight += 1 / exploration.share;
    },
  });
  let count = 0;
  let mean = 0;
  let squares = 0;
  const sums = new Float64Array(batches);
  const error = (): number =>
    count < batches ? Infinity : Math.sqrt(squares / (count - 1) / count);
  while (count < samples) {
    weight = 0;
    exploration.advance(() => false);
    exploration.reset();
    sums[count % batches]! += weight;
    count++;
    const difference = weight - mean;
    mean += difference / count;
    squares += difference * (weight - mean);
    if (count >= 100 && 1.96 * error() <= mean / 10) break;
    if (shouldStop?.() === true) break;
  }
  const margin = 1.96 * error();
  const least = count < batches ? 0 : Math.min(...sums) / Math.ceil(count / batches);
  return {
    mean,
    low: Math.max(1, mean - margin, least / 2),
    high: Math.max(1, mean + margin),
    samples: count,
  };
}
