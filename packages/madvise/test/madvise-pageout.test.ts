import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { sc } from '@pagerace/memory-models';
import {
  lruAddDrain,
  mappedPage,
  MEMORY,
  Mm,
  type Page,
  RECLAIM_PAGES,
  USER_ACCESS,
  VM_READ,
  VM_WRITE,
  ARCHITECTURE,
  walkToPte,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { RMAP, rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { expect, test } from 'vitest';
import { MADVISE_PAGEOUT, madviseSubsystem } from '../src/index.js';

/** Two pages that were written to, the second mapped once more; and what was given to reclaim. */
const { once } = exploring(sc, () => {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  madviseSubsystem(wiring);
  const given: Page[] = [];
  wiring.bindValue(RECLAIM_PAGES, {
    reclaimPages: (pages) => {
      given.push(...pages);
      return 0;
    },
  });
  const memory = wiring.get(MEMORY);
  const user = wiring.get(USER_ACCESS);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  mm.mmap({ start: 0, pages: 3, vmFlags: VM_READ | VM_WRITE });
  const pages = machine.boot(() => {
    user.userWrite(mm, 0, 1);
    user.userWrite(mm, 0x10, 2);
    lruAddDrain(memory);
    return [mappedPage(mm, 0)!, mappedPage(mm, 0x10)!] as const;
  });
  const arch = wiring.get(ARCHITECTURE);
  const pageout = wiring.get(MADVISE_PAGEOUT);
  return { machine, memory, mm, arch, pageout, rmap: wiring.get(RMAP), given, pages };
});

test('MADV_PAGEOUT makes entries old, and reclaims the pages without the lock of the table', () => {
  const seen = once(({ arch, mm, pageout, given, pages }) => {
    pageout.madvisePageout(mm, 0, 3);
    const old = [0, 0x10].map((address) => !arch.pteYoung(walkToPte(mm, address)!.ptep.read()));
    return [old, given.map((page) => page.name), pages.map((page) => page.name)];
  });
  expect(seen[0]).toEqual([true, true]);
  expect(seen[1]).toEqual(seen[2]);
});

test('MADV_PAGEOUT leaves a page alone that another entry maps', () => {
  const seen = once(({ mm, pageout, given, pages }) => {
    pages[1]._mapcount.fetchAdd(1);
    pageout.madvisePageout(mm, 0, 3);
    return [given.length, given[0] === pages[0]];
  });
  expect(seen).toEqual([1, true]);
});
