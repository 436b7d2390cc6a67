import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { gupSubsystem } from '@pagerace/gup';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  auditReferences,
  MEMORY,
  type Memory,
  Mm,
  USER_ACCESS,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import {
  HMM,
  hmmSubsystem,
  type Mirror,
  MIRROR_NOTIFIER,
  MIRROR_RULE,
  type MirrorNotifiers,
  type MirrorRule,
  RegisterMmuNotifier,
} from '../src/index.js';

export interface Options {
  readonly notifiers?: new () => MirrorNotifiers;
  readonly rule?: MirrorRule;
  readonly sleeps?: boolean;
}

/** A process with a page at 0 that it has stored to, and the device that mirrors it. */
export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly mm: Mm;
  readonly mirror: Mirror;
}

function compose({ notifiers = RegisterMmuNotifier, rule, sleeps = true }: Options = {}): System {
  const { machine, wiring } = toySystem({ pages: 2 });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  gupSubsystem(wiring);
  hmmSubsystem(wiring);
  wiring.override(MIRROR_NOTIFIER, notifiers);
  if (rule !== undefined) wiring.overrideValue(MIRROR_RULE, rule);
  const memory = wiring.get(MEMORY);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
  const user = wiring.get(USER_ACCESS);
  machine.boot(() => {
    user.userWrite(mm, 0, 0x61);
  });
  return { machine, memory, mm, mirror: wiring.get(HMM).open({ machine, mm, address: 0, sleeps }) };
}

export const { explored, once } = exploring(sc, compose, ({ memory }) => {
  auditReferences(memory);
});
