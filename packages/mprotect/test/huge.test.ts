import type { Release } from '@pagerace/history';
import { atomicSet } from '@pagerace/machine';
import {
  ClearPageAnonExclusive,
  type Page,
  type Pte,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPmd,
} from '@pagerace/page-model';
import { mapHugePage } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { once, type System } from './system.js';

/** A huge page of two, exclusive and soft-dirty, in a mapping of its size. */
function mapHuge({ mm }: System): { readonly vma: Vma; readonly head: Page } {
  const vma = mm.mmap({ start: 0, pages: 2, vmFlags: VM_READ | VM_WRITE });
  vma.willChange();
  return { vma, head: mapHugePage(vma, 0, true) };
}

/** The entry of the huge page; undefined where there is none. */
function entryOf({ arch, mm }: System): Pte | undefined {
  const { pmd } = walkToPmd(mm, 0)!;
  return arch.pmdTransHuge(pmd) ? arch.pmdPte(pmd) : undefined;
}

const inRelease = <T>(release: Release, body: (system: System) => T): T =>
  once(body, undefined, { release, hugePages: 1, hpagePmdNr: 2 });

// change_huge_pmd(), mm/huge_memory.c, v5.17; can_change_pmd_writable() since v6.2 (c27f479ef542).
describe('mprotect() of a huge page', () => {
  test.each<[Release, boolean, boolean]>([
    ['v6.1', true, false],
    ['v6.2', true, true],
    ['v6.2', false, false],
  ])('in %s, exclusive %s: gives the write bit back: %s', (release, exclusive, writable) => {
    const seen = inRelease(release, (system) => {
      const { arch, mm, mprotect } = system;
      const { head } = mapHuge(system);
      if (!exclusive) ClearPageAnonExclusive(head);
      mprotect.mprotect(mm, 0, false);
      const protectedEntry = entryOf(system)!;
      mprotect.mprotect(mm, 0, true);
      const entry = entryOf(system)!;
      return [arch.pteWrite(protectedEntry), arch.pteDirty(entry), arch.pteWrite(entry)];
    });
    expect(seen).toEqual([false, true, writable]);
  });

  test('of a part of it maps it page by page', () => {
    const seen = inRelease('v5.17', (system) => {
      const { vma } = mapHuge(system);
      system.mprotect.changeProtection(vma, 0, system.memory.pageSize, {});
      return entryOf(system);
    });
    expect(seen).toBeUndefined();
  });
});

// clear_soft_dirty_pmd(), fs/proc/task_mmu.c, v5.17.
test('clear_refs write-protects a huge page as one, pinned or not', () => {
  const seen = inRelease('v5.17', (system) => {
    const { arch, clearRefs, mm } = system;
    const { head } = mapHuge(system);
    mm.hasPinned.write(1);
    atomicSet(head.compoundPincount, 1);
    clearRefs.clearSoftDirty(mm);
    const entry = entryOf(system)!;
    return [arch.pteWrite(entry), arch.pteSoftDirty(entry), arch.pteDirty(entry)];
  });
  expect(seen).toEqual([false, false, true]);
});
