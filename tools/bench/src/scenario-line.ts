import { loadRegistry } from '@pagerace/cli';
import {
  type Estimate,
  estimate,
  expectedSize,
  ExplorationRun,
  type Result,
} from '@pagerace/explorer';
import { composeRun } from '@pagerace/kernel';
import { roughly } from '@pagerace/report';
import { type Effort, stopwatch } from './own-process.js';

export const registry = await loadRegistry();

/** What is explored: a scenario, and what it runs on. */
export interface Choice {
  readonly scenario: string;
  /** With its patches. */
  readonly kernel: string;
  readonly architecture: string;
  readonly model: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

/** What was found out of one {@link Choice}. */
export interface ScenarioLine
  extends
    Choice,
    Effort,
    Pick<Result, 'verdict' | 'complete' | 'executions' | 'violating' | 'blocked'> {
  /** How many executions there should be, where not all were explored. */
  readonly estimate?: Estimate;
}

/** How often it is looked whether the limit is reached. In milliseconds. */
const slice = 100;

/**
 * Explores a scenario in this process, and estimates its size where that takes too long.
 *
 * @param limit for either, in CPU seconds
 * @throws {Error} where the program cannot be explored
 */
export function measureScenario(choice: Choice, limit: number): ScenarioLine {
  const stopped = stopwatch();
  const { setup, model, mustCover } = composeRun({
    scenario: registry.scenario(choice.scenario),
    kernel: registry.kernel(choice.kernel),
    architecture: registry.architecture(choice.architecture),
    model: registry.model(choice.model),
    ...(choice.parameters === undefined ? {} : { parameters: choice.parameters }),
  });
  const run = new ExplorationRun(setup, { model, mustCover });
  while (!run.advance(slice) && stopped().cpuSeconds < limit);
  const { verdict, complete, executions, violating, blocked, error } = run.result();
  if (error !== undefined) throw new Error(error);
  const line = { ...choice, verdict, complete, executions, violating, blocked, ...stopped() };
  if (complete) return line;
  const estimated = stopwatch();
  const shouldStop = (): boolean => estimated().cpuSeconds >= limit;
  const sampled = estimate(setup, { model, samples: 10_000, shouldStop });
  return { ...line, estimate: expectedSize(sampled, executions, run.explored) };
}

/** How many executions there are and what they took: `27 in 0.21 s`. What is not all is marked so. */
export function told({
  complete,
  executions,
  blocked,
  cpuSeconds,
  estimate: size,
}: ScenarioLine): string {
  const all = executions.toLocaleString('en');
  const thrown = blocked === 0 ? '' : ` + ${blocked.toLocaleString('en')} blocked`;
  const took = `in ${cpuSeconds.toFixed(cpuSeconds < 10 ? 2 : 0)} s`;
  if (complete || size === undefined) return `${all}${thrown} ${took}`;
  const { low, high } = size;
  return `_unfinished:_ ${all}${thrown} ${took}; estimated: ${roughly(low)} to ${roughly(high)}`;
}
