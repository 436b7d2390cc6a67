import { cowSubsystem } from '@pagerace/cow';
import type { Machine, OrderingSites } from '@pagerace/machine';
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
import { gupSubsystem } from '@pagerace/gup';
import { rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { blockSubsystem, DIRECT_IO, type DirectIo } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** Runs on CPU 0. */
  readonly mm: Mm;
  readonly directIo: DirectIo;
}

export const { explored, once } = exploring(sc, (orderingSites?: OrderingSites): System => {
  const { machine, wiring } = toySystem({ pages: 12, orderingSites });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  gupSubsystem(wiring);
  blockSubsystem(wiring);
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const directIo = wiring.get(DIRECT_IO);
  return { machine, memory, arch, user, mm, directIo };
});
