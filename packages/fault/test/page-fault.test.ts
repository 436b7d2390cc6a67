import {
  auditReferences,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  getPage,
  lockPage,
  lruAddDrain,
  Mm,
  PageAnonExclusive,
  pageCount,
  pageMapcount,
  PageSwapBacked,
  pteAlloc,
  putPage,
  unlockPage,
  VM_READ,
  VM_SOFTDIRTY,
  VM_WRITE,
  type Vma,
  walkToPte,
  type Page,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { cowHistories } from '@pagerace/cow';
import { rmapHistories } from '@pagerace/rmap';
import { faultHistories, UNSHARE_FAULT } from '../src/index.js';
import { explored, exploredWeakly, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

const pageAt = ({ memory, arch, mm }: System, address: number): Page =>
  memory.pageAt(arch.ptePfn(walkToPte(mm, address)!.ptep.read()));

/** Unmaps the page at 0, which stays in the swap cache. */
function swapOut({ arch, memory, rmap, swap }: System, mm: Mm): Page {
  const page = memory.pageAt(arch.ptePfn(walkToPte(mm, 0)!.ptep.read()));
  getPage(page);
  lockPage(page);
  swap.addToSwap(page);
  rmap.tryToUnmap(page, {});
  unlockPage(page);
  putPage(page);
  return page;
}

describe('a first access', () => {
  test('that reads sees the zero page', () => {
    const seen = once((system) => {
      const { arch, mm, user } = system;
      mm.mmap({ start: 0, pages: 1, vmFlags });
      const byte = user.userRead(mm, 0);
      const pte = walkToPte(mm, 0)!.ptep.read();
      return [byte, pageAt(system, 0).isZeroPage, arch.pteSpecial(pte), arch.pteWrite(pte)];
    });
    expect(seen).toEqual([0, true, true, false]);
  });

  test('that writes gets a page of zeros, in an LRU batch and backed by swap', () => {
    const seen = once((system) => {
      const { mm, user, memory } = system;
      mm.mmap({ start: 0, pages: 1, vmFlags });
      user.userWrite(mm, 0, 7);
      const page = pageAt(system, 0);
      const batched = pageCount(page);
      lruAddDrain(memory);
      return [
        user.userRead(mm, 0),
        user.userRead(mm, 8),
        pageMapcount(page),
        batched,
        pageCount(page),
        PageSwapBacked(page),
        memory.lruvec.pages('inactive_anon').length,
      ];
    });
    expect(seen).toEqual([7, 0, 1, 2, 1, true, 1]);
  });

  // do_anonymous_page(), mm/memory.c: the barrier of __SetPageUptodate() makes what was stored to the page
  // visible before the set_pte_at().
  test('that writes shows no CPU the page before its zeros', () => {
    const { verdict, violations } = exploredWeakly((system) => {
      const { arch, machine, mm, user } = system;
      mm.mmap({ start: 0, pages: 2, vmFlags });
      // The page table is there.
      machine.boot(() => user.userWrite(mm, 0x10, 1));
      machine.cpu(0).run('writer', () => user.userWrite(mm, 0, 7));
      machine.cpu(1).run('reader', () => {
        const pte = arch.ptepGet(walkToPte(mm, 0)!.ptep);
        return arch.pteNone(pte) ? 0 : system.memory.pageAt(arch.ptePfn(pte)).contents.load(8);
      });
      return ({ reader }) => {
        expect(reader).toBe(0);
      };
    });
    expect([verdict, violations]).toEqual(['verified', []]);
  });

  test('that writes after a read replaces the zero page', () => {
    const seen = once((system) => {
      const { mm, user } = system;
      mm.mmap({ start: 0, pages: 1, vmFlags });
      user.userRead(mm, 0);
      user.userWrite(mm, 0, 7);
      return [user.userRead(mm, 0), user.userRead(mm, 8), pageAt(system, 0).isZeroPage];
    });
    expect(seen).toEqual([7, 0, false]);
  });

  test('to what is not mapped is an error of the program', () => {
    const { violations } = explored(({ machine, mm, user }) => {
      machine.cpu(0).run('user', () => user.userRead(mm, 0x500));
      return undefined;
    });
    expect(violations[0]?.property).toBe('SIGSEGV');
  });
});

test('two CPUs that write first at once get one page, and lose no store', () => {
  const { verdict, executions } = explored(({ machine, memory, mm, user }) => {
    mm.mmap({ start: 0, pages: 1, vmFlags });
    machine.cpu(0).run('lo', () => user.userWrite(mm, 0, 1));
    machine.cpu(1).run('hi', () => user.userWrite(mm, 8, 2));
    return () => {
      const page = memory.pageAt(memory.arch.ptePfn(walkToPte(mm, 0)!.ptep.read()));
      expect([page.contents.load(0), page.contents.load(8)]).toEqual([1, 2]);
      auditReferences(memory);
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(1);
});

describe('a write through a read-only entry', () => {
  /** A page of one mapping, which has become read-only. */
  const protectedPage = (system: System): Page => {
    const { arch, mm, user, memory } = system;
    mm.mmap({ start: 0, pages: 1, vmFlags });
    user.userWrite(mm, 0, 7);
    lruAddDrain(memory);
    arch.ptepSetWrprotect(mm, 0, walkToPte(mm, 0)!.ptep);
    return pageAt(system, 0);
  };

  test('goes on with a page that is mapped once, even if the kernel holds it', () => {
    const same = once((system) => {
      const page = protectedPage(system);
      getPage(page);
      system.user.userWrite(system.mm, 8, 9);
      return [pageAt(system, 0) === page, page.contents.load(0), page.contents.load(8)];
    });
    expect(same).toEqual([true, 7, 9]);
  });

  test('copies a page that is mapped twice', () => {
    const seen = once((system) => {
      const page = protectedPage(system);
      page._mapcount.fetchAdd(1);
      getPage(page);
      system.user.userWrite(system.mm, 8, 9);
      const copy = pageAt(system, 0);
      return [
        copy === page,
        [copy.contents.load(0), copy.contents.load(8)],
        page.contents.load(8),
        [pageMapcount(page), pageCount(page)],
      ];
    });
    expect(seen).toEqual([false, [7, 9], 0, [1, 1]]);
  });

  // do_wp_page(), v5.19: "if (unlikely(unshare))" before wp_page_reuse(), and where there is no anonymous page.
  test('is none if the fault only unshares: the entry stays as it is', () => {
    const seen = once((system) => {
      const { arch, handler, mm } = system;
      protectedPage(system);
      const { ptep } = walkToPte(mm, 0)!;
      arch.setPteAt(mm, 0, ptep, arch.pteMkclean(ptep.read()));
      const before = ptep.read();
      handler.handleMmFault(mm.vmas[0]!, 0, FAULT_FLAG_UNSHARE);
      return [ptep.read() === before, pageCount(pageAt(system, 0))];
    });
    expect(seen).toEqual([true, 1]);
  });

  // Since v6.2 (8d6a0ac09a16) the zero page is replaced: by a page that nobody has written to.
  test.each([
    ['is none', false, [true, false]],
    ['maps a page of its own, read-only,', true, [false, false]],
  ])('%s if the fault only unshares the zero page', (_, copiesAnything, expected) => {
    const seen = once(
      (system) => {
        const { arch, handler, mm, user } = system;
        mm.mmap({ start: 0, pages: 1, vmFlags });
        user.userRead(mm, 0);
        handler.handleMmFault(mm.vmas[0]!, 0, FAULT_FLAG_UNSHARE);
        const page = pageAt(system, 0);
        return [page.isZeroPage, arch.pteWrite(walkToPte(mm, 0)!.ptep.read())];
      },
      undefined,
      (wiring) => void wiring.overrideValue(UNSHARE_FAULT, { copiesAnything }),
    );
    expect(seen).toEqual(expected);
  });

  test('waits for whoever has the page locked', () => {
    const { verdict } = explored((system) => {
      const { machine, mm, user, memory } = system;
      const page = machine.boot(() => protectedPage(system));
      machine.boot(() => getPage(page));
      machine.cpu(0).run('user', () => user.userWrite(mm, 8, 9));
      machine.cpu(1).run('locker', () => {
        lockPage(page);
        unlockPage(page);
        putPage(page);
      });
      return () => {
        expect(pageAt(system, 0)).toBe(page);
        auditReferences(memory);
      };
    });
    expect(verdict).toBe('verified');
  });
});

describe('a page in swap', () => {
  /** A page that was unmapped and is still in the swap cache. */
  const swappedPage = (system: System): Page => {
    const { swap, mm, user, memory } = system;
    swap.swapon({ pages: 1 });
    mm.mmap({ start: 0, pages: 1, vmFlags });
    user.userWrite(mm, 0, 7);
    lruAddDrain(memory);
    return swapOut(system, mm);
  };

  test('comes in as it was', () => {
    const seen = once((system) => {
      const page = swappedPage(system);
      const byte = system.user.userRead(system.mm, 0);
      return [byte, pageAt(system, 0) === page, pageMapcount(page), pageCount(page)];
    });
    // One reference of the mapping, one of the swap cache.
    expect(seen).toEqual([7, true, 1, 2]);
  });

  // do_swap_page(), v6.11: writable and clean, unless soft-dirty or uffd-wp tracking waits for the write.
  describe('that is exclusive, for a read in v6.11,', () => {
    const readIn = (prepare: (system: System, vma: Vma) => void): readonly boolean[] =>
      once(
        (system) => {
          const { arch, mm, user } = system;
          const page = swappedPage(system);
          const vma = mm.vmas[0]!;
          vma.willChange();
          prepare(system, vma);
          user.userRead(mm, 0);
          const pte = walkToPte(mm, 0)!.ptep.read();
          return [arch.pteWrite(pte), arch.pteDirty(pte), PageAnonExclusive(page)];
        },
        undefined,
        (wiring) => {
          for (const { variants } of [...rmapHistories, ...cowHistories, ...faultHistories])
            variants.findLast(({ since }) => since !== undefined)?.override(wiring);
        },
      );

    test('is mapped writable and clean', () => {
      expect(readIn(() => undefined)).toEqual([true, false, true]);
    });

    test('is mapped read-only where soft-dirty is tracked, or the mapping may not be written to', () => {
      const readOnly = [false, false, true];
      const track = ({ arch, mm }: System, vma: Vma): void => {
        vma.vmFlags &= ~VM_SOFTDIRTY;
        const { ptep } = walkToPte(mm, 0)!;
        ptep.write(arch.pteSwpClearSoftDirty(ptep.read()));
      };
      expect(readIn(track)).toEqual(readOnly);
      expect(readIn((_, vma) => (vma.vmFlags &= ~VM_WRITE))).toEqual(readOnly);
    });
  });

  test('is mapped writable at once for a write, and leaves the swap cache', () => {
    const seen = once((system) => {
      const page = swappedPage(system);
      system.user.userWrite(system.mm, 8, 9);
      return [pageAt(system, 0) === page, page.contents.load(0), pageCount(page)];
    });
    expect(seen).toEqual([true, 7, 1]);
  });

  test('is faulted in once by two CPUs', () => {
    const { verdict } = explored((system) => {
      const { machine, mm, user, memory } = system;
      machine.boot(() => swappedPage(system));
      machine.cpu(0).run('one', () => user.userRead(mm, 0));
      machine.cpu(1).run('other', () => user.userRead(mm, 8));
      return (results) => {
        expect(results).toEqual({ one: 7, other: 0 });
        auditReferences(memory);
      };
    });
    expect(verdict).toBe('verified');
  });
});

// do_swap_page(), mm/memory.c: "!PageSwapCache(page) || page_private(page) != entry.val".
test('a page that has moved to another swap slot is not taken for what its old slot has now', () => {
  const seen = once((system) => {
    const { arch, handler, machine, memory, mm, swap, user } = system;
    const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
    const child = new Mm(memory, 'child', [machine.cpu(1)]);
    child.mmap({ start: 0, pages: 1, vmFlags, anonVma: vma.anonVma! });
    swap.swapon({ pages: 2 });
    user.userWrite(mm, 0, 7);
    const page = swapOut(system, mm);
    // As fork shares it.
    const pte = walkToPte(mm, 0)!.ptep.read();
    swap.swapDuplicate(arch.pteToSwpEntry(pte));
    pteAlloc(child, 0);
    walkToPte(child, 0)!.ptep.write(pte);
    const lookupSwapCache = swap.lookupSwapCache.bind(swap);
    swap.lookupSwapCache = (entry) => {
      swap.lookupSwapCache = lookupSwapCache;
      const found = lookupSwapCache(entry);
      // The copy of the one goes into the slot that the page of the other leaves.
      user.userWrite(mm, 0, 8);
      user.userWrite(child, 0, 9);
      swapOut(system, mm);
      swapOut(system, child);
      return found;
    };
    handler.handleMmFault(vma, 0, 0);
    const isSame = walkToPte(mm, 0)!.ptep.read() === pte;
    return [page.private.read() === arch.pteToSwpEntry(pte), isSame, user.userRead(mm, 0)];
  });
  expect(seen).toEqual([false, true, 8]);
});

test('a fault that somebody else has resolved changes nothing', () => {
  const same = once(({ arch, memory, mm, user }) => {
    const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
    user.userWrite(mm, 0, 7);
    const before = walkToPte(mm, 0)!.ptep.read();
    // The entry is there already, writable, young and dirty.
    user.pageFault(mm, 0, FAULT_FLAG_WRITE);
    return [
      walkToPte(mm, 0)!.ptep.read() === before,
      arch.ptePresent(before),
      vma.mm === mm,
      memory.pages.length,
    ];
  });
  expect(same).toEqual([true, true, true, 6]);
});

// do_swap_page() and migration_entry_wait(): a fault waits until the page that it needs is where it will be.
// Loads, since a store of the toy machine may come after a flush that did not wait for it.
test.each([
  ['sequential consistency', explored],
  ['armv8', exploredWeakly],
])('an access during migration waits for its end, under %s', (_model, exploredBy) => {
  const outcomes = new Set<string>();
  const { verdict, violations } = exploredBy((system) => {
    const { machine, memory, migrate, mm, user } = system;
    mm.mmap({ start: 0, pages: 1, vmFlags });
    machine.boot(() => {
      user.userWrite(mm, 0, 7);
      lruAddDrain(memory);
    });
    const page = pageAt(system, 0);
    machine.cpu(0).run('reader', () => [user.userRead(mm, 0), user.userRead(mm, 8)]);
    machine.cpu(1).run('migration', () => migrate.doMigrateRange(page));
    return ({ reader, migration }) => {
      outcomes.add(`${String(migration)}: ${String(pageAt(system, 0) !== page)}`);
      expect(reader).toEqual([7, 0]);
      auditReferences(memory);
    };
  });
  expect(violations).toEqual([]);
  expect(verdict).toBe('verified');
  expect([...outcomes]).toEqual(['true: true']);
});
