import { cowSubsystem } from '@pagerace/cow';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  Mm,
  USER_ACCESS,
  type UserAccess,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { faultSubsystem } from '@pagerace/fault';
import { MADVISE, type Madvise, madviseSubsystem } from '@pagerace/madvise';
import { RMAP, type Rmap, rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import { writebackSubsystem } from '@pagerace/writeback';
import { VMSCAN, type Vmscan, vmscanSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** Runs on CPU 0. */
  readonly mm: Mm;
  readonly madvise: Madvise;
  readonly rmap: Rmap;
  readonly swap: Swap;
  readonly vmscan: Vmscan;
}

export const { explored, once } = exploring(sc, (): System => {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  madviseSubsystem(wiring);
  writebackSubsystem(wiring);
  vmscanSubsystem(wiring);
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const madvise = wiring.get(MADVISE);
  const rmap = wiring.get(RMAP);
  const swap = wiring.get(SWAP);
  const vmscan = wiring.get(VMSCAN);
  return { machine, memory, arch, user, mm, madvise, rmap, swap, vmscan };
});
