import { cowSubsystem } from '@pagerace/cow';
import type { Wiring } from '@pagerace/di';
import type { Machine } from '@pagerace/machine';
import { armv8, sc } from '@pagerace/memory-models';
import { MIGRATE, type Migrate, migrateSubsystem } from '@pagerace/migrate';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_HANDLER,
  type FaultHandler,
  MEMORY,
  type Memory,
  Mm,
  USER_ACCESS,
  type UserAccess,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { RMAP, type Rmap, rmapSubsystem } from '@pagerace/rmap';
import {
  SWAP,
  SWAP_DEVICE_GUARD,
  type Swap,
  swapSubsystem,
  SYNCHRONOUS_SWAPIN,
} from '@pagerace/swap';
import {
  faultSubsystem,
  SWAPOFF,
  type Swapoff,
  UNUSE_MARKER,
  type UnuseMarker,
} from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly handler: FaultHandler;
  readonly user: UserAccess;
  /** Runs on CPU 0. */
  readonly mm: Mm;
  readonly rmap: Rmap;
  readonly swap: Swap;
  readonly swapoff: Swapoff;
  readonly migrate: Migrate;
}

/** As of v5.19. */
const withMarker: UnuseMarker = { isStripped: true, isRestored: true };

/** @param guards whether do_swap_page() holds the swap device, as since v5.14; or as before v5.3; or what else is to be bound */
function compose(
  guards: 'nothing' | 'faults' | ((wiring: Wiring) => void) = 'nothing',
  marker = withMarker,
): System {
  const { machine, wiring } = toySystem({ hugePages: 1, hpagePmdNr: 2 });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  wiring.overrideValue(UNUSE_MARKER, marker);
  migrateSubsystem(wiring);
  if (typeof guards === 'function') guards(wiring);
  if (guards === 'faults') {
    wiring
      .overrideValue(SWAP_DEVICE_GUARD, { guards })
      .overrideValue(SYNCHRONOUS_SWAPIN, { skipsSwapCache: true, claimsSlot: false });
  }
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const handler = wiring.get(FAULT_HANDLER);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const rmap = wiring.get(RMAP);
  const swap = wiring.get(SWAP);
  const swapoff = wiring.get(SWAPOFF);
  const migrate = wiring.get(MIGRATE);
  return { machine, memory, arch, handler, user, mm, rmap, swap, swapoff, migrate };
}

export const { explored, once } = exploring(sc, compose);

/** The same, by another rule for the markers that swapoff finds. */
export const onceWith = (marker: UnuseMarker): typeof once =>
  exploring(sc, () => compose('nothing', marker)).once;

/** The same by a model that reorders stores. */
export const { explored: exploredWeakly } = exploring(armv8, compose);
