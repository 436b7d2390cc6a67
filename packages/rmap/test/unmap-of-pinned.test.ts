import {
  getPage,
  lockPage,
  pageMapped,
  pteAlloc,
  putPage,
  SetPageDmaPinned,
  unlockPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { UNMAP_OF_PINNED, type UnmapOfPinned } from '../src/index.js';
import { KeepDmaPinned, UnmapPinned } from '../src/unmap-of-pinned.js';
import { once } from './system.js';

test.each<[string, UnmapOfPinned, boolean, boolean]>([
  ['every release', new UnmapPinned(), true, false],
  ['the patch', new KeepDmaPinned(), true, true],
  ['the patch', new KeepDmaPinned(), false, false],
])('%s, PG_dma_pinned %o %s: the page stays mapped: %s', (_, rule, isMarked, stays) => {
  const after = (unmap: 'tryToUnmap' | 'tryToMigrate'): boolean =>
    once(
      ({ arch, memory, mm, rmap }) => {
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
        const page = memory.allocator.allocZeroedPage();
        pteAlloc(mm, 0);
        rmap.pageAddNewAnonRmap(page, vma, 0);
        arch.setPteAt(mm, 0, walkToPte(mm, 0)!.ptep, arch.mkPte(page, vma.vmPageProt));
        // Lazyfree and clean, so that nothing but the flag keeps it.
        page.flags.bit('swapbacked').write(0);
        if (isMarked) SetPageDmaPinned(page);
        getPage(page);
        lockPage(page);
        rmap[unmap](page, {});
        unlockPage(page);
        const isMapped = pageMapped(page);
        putPage(page);
        return isMapped;
      },
      undefined,
      (wiring) => wiring.overrideValue(UNMAP_OF_PINNED, rule),
    );
  expect([after('tryToUnmap'), after('tryToMigrate')]).toEqual([stays, stays]);
});
