import type { Wiring } from '@pagerace/di';
import type { Machine } from '@pagerace/machine';
import { armv8, sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  auditReferences,
  MEMORY,
  type Memory,
  Mm,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { ANON_EXCLUSIVE, RMAP, type Rmap, rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import { MIGRATE, type Migrate, migrateSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly swap: Swap;
  readonly rmap: Rmap;
  readonly migrate: Migrate;
  /** Runs on CPU 0. */
  readonly mm: Mm;
}

function compose(rewire?: (wiring: Wiring) => void): System {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  migrateSubsystem(wiring);
  rewire?.(wiring);
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const swap = wiring.get(SWAP);
  const rmap = wiring.get(RMAP);
  const migrate = wiring.get(MIGRATE);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  return { machine, memory, arch, swap, rmap, migrate, mm };
}

/** As v5.19 does. */
export function trackingExclusive(wiring: Wiring): void {
  wiring.overrideValue(ANON_EXCLUSIVE, { isTracked: true, hasBarriers: false });
}

const audit = ({ memory }: System): void => auditReferences(memory);

export const { explored, once } = exploring(sc, compose, audit);

/** By a model that reorders stores, and a store and a later load. */
export const { explored: exploredWeakly } = exploring(armv8, compose);
