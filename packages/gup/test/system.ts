import {
  cowSubsystem,
  GUP_UNSHARE_RULE,
  PIN_ORDERING,
  type PinOrdering,
  UnshareForLongterm,
} from '@pagerace/cow';
import type { Wiring } from '@pagerace/di';
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
import { exploring, type ToyOptions, toySystem } from '@pagerace/page-model/testing';
import { faultSubsystem, UNSHARE_FAULT } from '@pagerace/fault';
import { ANON_EXCLUSIVE, rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import {
  GET_USER_PAGES,
  type GetUserPages,
  GUP_CONFIG,
  type GupConfig,
  gupSubsystem,
} from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** Runs on CPU 0. */
  readonly mm: Mm;
  readonly gup: GetUserPages;
  readonly config: GupConfig;
  readonly pinOrdering: PinOrdering;
}

export interface Options extends ToyOptions {
  /** As v6.2 does. */
  readonly unsharesForLongterm?: boolean;
  readonly rewire?: (wiring: Wiring) => void;
}

export const { explored, once } = exploring(sc, (options: Options = {}): System => {
  const { machine, wiring } = toySystem(options);
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  gupSubsystem(wiring);
  options.rewire?.(wiring);
  if (options.unsharesForLongterm === true) {
    wiring
      .overrideValue(ANON_EXCLUSIVE, { isTracked: true, hasBarriers: true })
      .override(GUP_UNSHARE_RULE, UnshareForLongterm)
      // Without it GUP would fault for ever.
      .overrideValue(UNSHARE_FAULT, { copiesAnything: true });
  }
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const config = wiring.get(GUP_CONFIG);
  const gup = wiring.get(GET_USER_PAGES);
  const pinOrdering = wiring.get(PIN_ORDERING);
  return { machine, memory, arch, user, mm, gup, config, pinOrdering };
});
