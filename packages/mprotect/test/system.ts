import { cowHistories, cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { compareReleases, type Release } from '@pagerace/history';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  type Architecture,
  getPage,
  lockPage,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  type Pte,
  type Ptep,
  putPage,
  unlockPage,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { exploring, type ToyOptions, toySystem } from '@pagerace/page-model/testing';
import { RMAP, type Rmap, rmapHistories, rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import {
  CLEAR_REFS,
  type ClearRefs,
  MPROTECT,
  type Mprotect,
  mprotectHistories,
  mprotectSubsystem,
  MREMAP,
  type Mremap,
} from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** Runs on CPU 0 and CPU 1. */
  readonly mm: Mm;
  readonly rmap: Rmap;
  readonly swap: Swap;
  readonly mprotect: Mprotect;
  readonly mremap: Mremap;
  readonly clearRefs: ClearRefs;
}

/** A release alone, or with what the machine is to have. */
type Options = Release | (ToyOptions & { readonly release: Release });

export const { explored, once } = exploring(sc, (options: Options = 'v4.12'): System => {
  const { release, ...toy } = typeof options === 'string' ? { release: options } : options;
  const { machine, wiring } = toySystem(toy);
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  mprotectSubsystem(wiring);
  for (const { variants } of [...rmapHistories, ...cowHistories, ...mprotectHistories])
    variants
      .findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
      ?.override(wiring);
  const memory = wiring.get(MEMORY);
  const swap = wiring.get(SWAP);
  swap.swapon({ pages: 2 });
  return {
    machine,
    memory,
    swap,
    arch: wiring.get(ARCHITECTURE),
    user: wiring.get(USER_ACCESS),
    mm: new Mm(memory, 'mm', [machine.cpu(0), machine.cpu(1)]),
    rmap: wiring.get(RMAP),
    mprotect: wiring.get(MPROTECT),
    mremap: wiring.get(MREMAP),
    clearRefs: wiring.get(CLEAR_REFS),
  };
});

/** A mapping of two pages, whose flags change, with something written to the first. */
export function mapped({ mm, user }: System): Vma {
  const vma = mm.mmap({ start: 0, pages: 2, vmFlags: VM_READ | VM_WRITE });
  vma.willChange();
  user.userWrite(mm, 0, 1);
  return vma;
}

export function ptepAt({ mm }: System, address: VirtualAddress = 0): Ptep {
  return walkToPte(mm, address)!.ptep;
}

export function pteAt(system: System, address: VirtualAddress): Pte {
  return ptepAt(system, address).read();
}

export function pageAt(system: System, address: VirtualAddress): Page {
  return system.memory.pageAt(system.arch.ptePfn(pteAt(system, address)));
}

/** The first page becomes a swap entry; the page stays in the swap cache. */
export function swapOut(system: System, page = pageAt(system, 0)): void {
  getPage(page);
  lockPage(page);
  system.swap.addToSwap(page);
  system.rmap.tryToUnmap(page, {});
  unlockPage(page);
  putPage(page);
}
