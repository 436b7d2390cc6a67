import { cowSubsystem } from '@pagerace/cow';
import type { Wiring } from '@pagerace/di';
import { faultSubsystem } from '@pagerace/fault';
import { FORK, type Fork, forkSubsystem } from '@pagerace/fork';
import type { Machine } from '@pagerace/machine';
import { armv8, sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  auditPageTables,
  auditReferences,
  lruAddDrain,
  mappedPage,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type Vma,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import {
  KHUGEPAGED,
  type Khugepaged,
  KHUGEPAGED_CONFIG,
  type KhugepagedConfig,
  khugepagedSubsystem,
} from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  readonly khugepaged: Khugepaged;
  readonly config: KhugepagedConfig;
  readonly fork: Fork;
  readonly swap: Swap;
  /** Runs on CPU 0. Two ranges of two pages each are mapped; of the first, the pages have 1 and 2. */
  readonly mm: Mm;
  readonly vma: Vma;
  /** The page that is mapped at an address, or undefined. */
  readonly mapped: (address: number) => Page | undefined;
}

const vmFlags = VM_READ | VM_WRITE;

/** A toy machine with huge pages of two, in which other parts may be put. */
function compose(rewire?: (wiring: Wiring) => void): System {
  const { machine, wiring } = toySystem({ pages: 12, hugePages: 2, hpagePmdNr: 2 });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  forkSubsystem(wiring);
  khugepagedSubsystem(wiring);
  rewire?.(wiring);
  const memory = wiring.get(MEMORY);
  const arch = wiring.get(ARCHITECTURE);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const vma = mm.mmap({ start: 0, pages: 6, vmFlags });
  machine.boot(() => {
    user.userWrite(mm, 0x00, 1);
    user.userWrite(mm, 0x10, 2);
    lruAddDrain(memory);
  });
  return {
    machine,
    memory,
    arch,
    user,
    khugepaged: wiring.get(KHUGEPAGED),
    config: wiring.get(KHUGEPAGED_CONFIG),
    fork: wiring.get(FORK),
    swap: wiring.get(SWAP),
    mm,
    vma,
    mapped: (address) => mappedPage(mm, address),
  };
}

function audit({ memory }: System): void {
  auditPageTables(memory);
}

const toy = exploring(sc, compose, audit);
export const { explored } = toy;

/** The same by a model that reorders stores. */
export const { explored: exploredWeakly } = exploring(armv8, compose, audit);

/** Runs something as set-up, where there is one execution, and audits what it leaves. @returns what it returns */
export function once<T>(
  body: (system: System) => T,
  holders?: (system: System) => ReadonlyMap<Page, number>,
): T {
  return toy.once(body, (system) => {
    auditReferences(system.memory, holders?.(system));
  });
}
