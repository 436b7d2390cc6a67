import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import { MEMORY, type Memory } from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { SWAP, type Swap, swapSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly swap: Swap;
}

export const { explored, once } = exploring(sc, (): System => {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  const memory = wiring.get(MEMORY);
  const swap = wiring.get(SWAP);
  return { machine, memory, swap };
});
