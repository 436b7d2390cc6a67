import { compareReleases, type Release } from '@pagerace/history';
import type { Machine } from '@pagerace/machine';
import { armv8, sc } from '@pagerace/memory-models';
import { MEMORY, type Memory } from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { SWAP, type Swap, swapHistories, swapSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly swap: Swap;
}

function compose(release: Release = 'v5.17'): System {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  for (const { variants } of swapHistories)
    variants
      .findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
      ?.override(wiring);
  const memory = wiring.get(MEMORY);
  const swap = wiring.get(SWAP);
  return { machine, memory, swap };
}

/** Explores with the rules of a release. */
export const { explored, once } = exploring(sc, compose);

/** The same by a model that reorders. */
export const { explored: exploredWeakly } = exploring(armv8, compose);
