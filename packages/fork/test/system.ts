import { ANON_DUP_RULE, cowSubsystem, LookBeforeReference } from '@pagerace/cow';
import type { Wiring } from '@pagerace/di';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  Mm,
  TLB_FLUSH,
  type TlbFlush,
  USER_ACCESS,
  type UserAccess,
} from '@pagerace/page-model';
import { exploring, toySystem, type ToyOptions } from '@pagerace/page-model/testing';
import { faultSubsystem } from '@pagerace/fault';
import { RMAP, type Rmap, rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import { FORK, type Fork, forkSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** Runs on CPU 0. */
  readonly mm: Mm;
  readonly fork: Fork;
  readonly swap: Swap;
  readonly rmap: Rmap;
  readonly tlb: TlbFlush;
}

/** What the toy machine has, and other parts that are to be put in. */
export interface Options extends ToyOptions {
  readonly rewire?: ((wiring: Wiring) => void) | undefined;
}

export const { explored, once } = exploring(sc, ({ rewire, ...toy }: Options = {}): System => {
  const { machine, wiring } = toySystem(toy);
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  forkSubsystem(wiring);
  // v5.9 to v5.18.
  wiring.override(ANON_DUP_RULE, LookBeforeReference);
  rewire?.(wiring);
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const swap = wiring.get(SWAP);
  const fork = wiring.get(FORK);
  const rmap = wiring.get(RMAP);
  const tlb = wiring.get(TLB_FLUSH);
  return { machine, memory, arch, user, mm, fork, swap, rmap, tlb };
});
