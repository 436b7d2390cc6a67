import { Exploration, type ExplorationOptions, type Setup } from '@pagerace/explorer';

/**
 * Explores a program unless that takes too many runs of its threads: each graph, also one that blocks or that
 * the model forbids, takes a few.
 *
 * @returns whether the program was explored whole
 */
export function exploreWithin(
  mostRuns: number,
  setup: Setup,
  options: Omit<ExplorationOptions, 'dataRaces'>,
): boolean {
  let runs = 0;
  return new Exploration(setup, { ...options, dataRaces: false }).advance(
    () => false,
    () => ++runs > mostRuns,
  );
}
