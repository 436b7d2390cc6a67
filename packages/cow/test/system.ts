import type { Wiring } from '@pagerace/di';
import { compareReleases, type Release } from '@pagerace/history';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  ClearPageAnonExclusive,
  lruAddDrain,
  lruCacheAdd,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  pteAlloc,
  VM_READ,
  VM_WRITE,
  type Vma,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { RMAP, type Rmap, rmapHistories, rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { cowHistories, cowSubsystem } from '../src/index.js';

export interface System {
  readonly machine: Machine;
  readonly wiring: Wiring;
  readonly memory: Memory;
  readonly rmap: Rmap;
  /** The page is mapped once, on its LRU list and not marked as exclusive. */
  readonly mm: Mm;
  readonly vma: Vma;
  readonly page: Page;
}

function systemOf(release: Release): System {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  for (const { variants } of [...rmapHistories, ...cowHistories])
    variants
      .findLast(({ since }) => since !== undefined && compareReleases(since, release) <= 0)
      ?.override(wiring);
  const memory = wiring.get(MEMORY);
  const rmap = wiring.get(RMAP);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
  const page = machine.boot(() => {
    const page = memory.allocator.allocZeroedPage();
    pteAlloc(mm, 0);
    rmap.pageAddNewAnonRmap(page, vma, 0);
    lruCacheAdd(page);
    lruAddDrain(memory);
    ClearPageAnonExclusive(page);
    return page;
  });
  return { machine, wiring, memory, rmap, mm, vma, page };
}

/** Runs something as set-up, with the rules of a release. */
export const onceIn = <T>(release: Release, body: (system: System) => T): T =>
  exploring(sc, () => systemOf(release)).once(body);
