import { compareReleases, type Release } from '@pagerace/history';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import { MEMORY, type Memory } from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { SWAP, type Swap, swapHistories, swapSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly swap: Swap;
}

/** Explores with the rules of a release. */
export const { explored, once } = exploring(sc, (release: Release = 'v5.17'): System => {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  for (const { variants } of swapHistories)
    variants
      .findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
      ?.override(wiring);
  const memory = wiring.get(MEMORY);
  const swap = wiring.get(SWAP);
  return { machine, memory, swap };
});
