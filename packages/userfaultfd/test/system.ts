import { cowHistories, cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { compareReleases, type Release } from '@pagerace/history';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import { mprotectHistories, mprotectSubsystem } from '@pagerace/mprotect';
import {
  ARCHITECTURE,
  type Architecture,
  auditReferences,
  getPage,
  lockPage,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  type Pte,
  putPage,
  unlockPage,
  USER_ACCESS,
  type UserAccess,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { RMAP, type Rmap, rmapHistories, rmapSubsystem } from '@pagerace/rmap';
import { SWAP, type Swap, swapSubsystem } from '@pagerace/swap';
import {
  type Uffd,
  UFFDIO_MOVE,
  type UffdioMove,
  USERFAULTFD,
  type Userfaultfd,
  userfaultfdHistories,
  userfaultfdSubsystem,
} from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  /** Runs on CPU 0 and CPU 1; has two pages at 0, with the userfaultfd, and one without at {@link FROM}. */
  readonly mm: Mm;
  readonly ctx: Uffd;
  readonly rmap: Rmap;
  readonly swap: Swap;
  readonly userfaultfd: Userfaultfd;
  readonly move: UffdioMove;
}

/** In another page table. */
export const FROM = 0x40;

export const { explored, once } = exploring(
  sc,
  (release: Release = 'v5.19'): System => {
    const { machine, wiring } = toySystem();
    swapSubsystem(wiring);
    rmapSubsystem(wiring);
    cowSubsystem(wiring);
    faultSubsystem(wiring);
    mprotectSubsystem(wiring);
    userfaultfdSubsystem(wiring);
    const histories = [rmapHistories, cowHistories, mprotectHistories, userfaultfdHistories];
    for (const { variants } of histories.flat())
      variants
        .findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
        ?.override(wiring);
    const memory = wiring.get(MEMORY);
    const swap = wiring.get(SWAP);
    swap.swapon({ pages: 2 });
    const userfaultfd = wiring.get(USERFAULTFD);
    const ctx = userfaultfd.open('uffd');
    const mm = new Mm(memory, 'mm', [machine.cpu(0), machine.cpu(1)]);
    const vmFlags = VM_READ | VM_WRITE;
    mm.mmap({ start: 0, pages: 2, vmFlags, userfaultfdCtx: ctx });
    mm.mmap({ start: FROM, pages: 1, vmFlags });
    return {
      machine,
      memory,
      swap,
      mm,
      ctx,
      userfaultfd,
      arch: wiring.get(ARCHITECTURE),
      user: wiring.get(USER_ACCESS),
      rmap: wiring.get(RMAP),
      move: wiring.get(UFFDIO_MOVE),
    };
  },
  ({ memory }) => {
    auditReferences(memory);
  },
);

export function pteAt({ mm }: System, address: VirtualAddress): Pte {
  return walkToPte(mm, address)!.ptep.read();
}

export function pageAt(system: System, address: VirtualAddress): Page {
  return system.memory.pageAt(system.arch.ptePfn(pteAt(system, address)));
}

/** What is mapped becomes a swap entry; the page stays in the swap cache. */
export function swapOut(system: System, page: Page): void {
  getPage(page);
  lockPage(page);
  system.swap.addToSwap(page);
  system.rmap.tryToUnmap(page, {});
  unlockPage(page);
  putPage(page);
}
