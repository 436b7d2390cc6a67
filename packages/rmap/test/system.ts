import type { Wiring } from '@pagerace/di';
import type { Machine } from '@pagerace/machine';
import { armv8, sc } from '@pagerace/memory-models';
import { ARCHITECTURE, type Architecture, MEMORY, type Memory, Mm } from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import { LAZY_FREE_LOG, type LazyFreeLog, RMAP, type Rmap, rmapSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly wiring: Wiring;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly swap: Swap;
  readonly rmap: Rmap;
  readonly log: LazyFreeLog;
  /** Runs on CPU 0. */
  readonly mm: Mm;
}

function compose(rewire?: (wiring: Wiring) => void): System {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  rewire?.(wiring);
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const swap = wiring.get(SWAP);
  const rmap = wiring.get(RMAP);
  const log = wiring.get(LAZY_FREE_LOG);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  return { machine, wiring, memory, arch, swap, rmap, log, mm };
}

export const { explored, once } = exploring(sc, compose);

/** The same by a model that reorders a store and a later load. */
export const { explored: exploredWeakly } = exploring(armv8, compose);
