import {
  __putPage,
  auditReferences,
  getPage,
  lockPage,
  lruAddDrain,
  type Page,
  PageSwapCache,
  putPage,
  unlockPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import type { SwapDeviceKind } from '@pagerace/swap';
import { describe, expect, test, vi } from 'vitest';
import { explored, once, onceWith, type System } from './system.js';

/** A page of a process that was unmapped to the swap cache, dirty, with 7 in it. */
function unmappedPage(
  { memory, mm, rmap, swap, user }: System,
  kind: SwapDeviceKind = 'zswap',
): Page {
  swap.swapon({ pages: 2, kind });
  mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
  user.userWrite(mm, 0, 7);
  lruAddDrain(memory);
  const page = memory.pages.find(({ allocation }) => allocation.isAllocated)!;
  lockPage(page);
  swap.addToSwap(page);
  rmap.tryToUnmap(page, {});
  unlockPage(page);
  return page;
}

/** The same, which zram has, and nothing else any more. */
function swappedOutPage(system: System): void {
  const page = unmappedPage(system, 'zram');
  const { swap } = system;
  // As isolated.
  getPage(page);
  lockPage(page);
  swap.swapWritepage(page);
  lockPage(page);
  page.flags.bit('dirty').write(0);
  if (!swap.removeMapping(page)) throw new Error('the page is in use');
  unlockPage(page);
  __putPage(page);
}

describe('try_to_unuse()', () => {
  test('maps a page again, read-only and old, and takes it out of the swap cache', () => {
    const seen = once((system) => {
      const { arch, mm, swapoff, swap } = system;
      const page = unmappedPage(system);
      swapoff.tryToUnuse();
      const pte = walkToPte(mm, 0)!.ptep.read();
      return [
        arch.ptePfn(pte) === page.pfn,
        arch.ptePresent(pte),
        arch.pteWrite(pte),
        arch.pteYoung(pte),
        PageSwapCache(page),
        swap.swapMapError(),
      ];
    });
    expect(seen).toEqual([true, true, false, false, false, undefined]);
  });

  test('knows an entry by its slot, whatever its flags, and restores them', () => {
    const seen = once((system) => {
      const { arch, mm, rmap, swapoff } = system;
      unmappedPage(system);
      const exclusive: boolean[] = [];
      rmap.pageAddAnonRmap = (...[, , , isExclusive]) => void exclusive.push(isExclusive);
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteSwpMkexclusive(arch.pteSwpMksoftDirty(arch.pteSwpMkuffdWp(ptep.read()))));
      swapoff.tryToUnuse();
      const pte = ptep.read();
      return [arch.ptePresent(pte), arch.pteSoftDirty(pte), arch.pteUffdWp(pte), exclusive];
    });
    expect(seen).toEqual([true, true, true, [true]]);
  });

  test.each([
    ['v5.19', { isStripped: true, isRestored: true }, [true, [true]]],
    ['unuse-forgets-marker', { isStripped: true, isRestored: false }, [true, [false]]],
    ['swp-flags-keep-marker', { isStripped: false, isRestored: true }, [false, []]],
  ] as const)('of an entry with the exclusive marker, by %s', (_rule, marker, expected) => {
    const seen = onceWith(marker)((system) => {
      const { arch, mm, rmap, swapoff } = system;
      unmappedPage(system);
      const exclusive: boolean[] = [];
      rmap.pageAddAnonRmap = (...[, , , isExclusive]) => void exclusive.push(isExclusive);
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteSwpMkexclusive(ptep.read()));
      swapoff.tryToUnuse();
      return [arch.ptePresent(ptep.read()), exclusive];
    });
    expect(seen).toEqual(expected);
  });

  test('leaves a page that somebody holds to its holder, mapped', () => {
    const seen = once((system) => {
      const page = unmappedPage(system);
      getPage(page);
      system.swapoff.tryToUnuse();
      const byte = system.user.userRead(system.mm, 0);
      putPage(page);
      return [byte, PageSwapCache(page)];
    });
    expect(seen).toEqual([7, false]);
  });

  test('begins again until no slot is used, or a signal is pending', () => {
    const done = [1, 2].map((passes) =>
      once((system) => {
        unmappedPage(system);
        const { swap, swapoff } = system;
        // As if the process had got the entry after swapoff was there.
        const next = vi.spyOn(swap.mmlist, 'next').mockReturnValueOnce(undefined);
        const isUnused = swapoff.tryToUnuse(passes);
        next.mockRestore();
        return isUnused;
      }),
    );
    expect(done).toEqual([false, true]);
  });

  test('and a store at the same time keep every count, and the store', () => {
    const { verdict, violations } = explored((system) => {
      const { machine, memory, mm, swap, swapoff, user } = system;
      machine.boot(() => unmappedPage(system));
      machine.cpu(0).run('app', () => {
        user.userWrite(mm, 0, 8);
        return user.userRead(mm, 0);
      });
      machine.cpu(1).run('swapoff', () => {
        swapoff.tryToUnuse();
      });
      return ({ app }) => {
        expect(app).toBe(8);
        expect(swap.swapMapError()).toBeUndefined();
        auditReferences(memory);
      };
    });
    expect([verdict, violations]).toEqual(['verified', []]);
  });
});

describe('swapoff()', () => {
  test('fails while an entry is left that it does not find, and lets pages have slots again', () => {
    const seen = once((system) => {
      const { memory, swap, swapoff } = system;
      swap.swapDuplicate(unmappedPage(system).private.read());
      const isOff = swapoff.swapoff();
      const page = memory.allocator.allocZeroedPage();
      lockPage(page);
      return [isOff, swap.addToSwap(page)];
    });
    expect(seen).toEqual([false, true]);
  });

  // do_swap_page(), mm/memory.c: 2799e77529c2 (v5.14). Before, a fault past the swap cache reads what is freed.
  test('waits for a fault that reads past the swap cache', () => {
    const { verdict, violations } = explored((system) => {
      const { machine, mm, swap, swapoff, user } = system;
      machine.boot(() => swappedOutPage(system));
      machine.cpu(0).run('app', () => {
        user.userWrite(mm, 0, 8);
        return user.userRead(mm, 0);
      });
      machine.cpu(1).run('swapoff', () => swapoff.swapoff());
      return ({ app }) => {
        expect(app).toBe(8);
        expect(swap.swapMapError()).toBeUndefined();
      };
    }, 'faults');
    expect([verdict, violations]).toEqual(['verified', []]);
  });
});
