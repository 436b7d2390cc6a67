import type { Wiring } from '@pagerace/di';
import { inAtomic, readOnce, writeOnce } from '@pagerace/machine';
import {
  auditReferences,
  ClearPageAnonExclusive,
  getPage,
  GUP_PIN_COUNTING_BIAS,
  lockPage,
  Mm,
  type Page,
  pageCount,
  PageAnonExclusive,
  PageDirty,
  pageMapcount,
  pageMapped,
  pageRefAdd,
  pageRefAddUnless,
  PageSwapBacked,
  pteAlloc,
  type Pte,
  putPage,
  setPageDirty,
  unlockPage,
  type VirtualAddress,
  VM_LOCKED,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import {
  ANON_EXCLUSIVE,
  ARCH_UNMAP_ONE,
  type ArchUnmapOne,
  NotifyBehindLock,
  NotifyRange,
  NotifyUnderLock,
  RMAP_NOTIFIER,
  SWP_EXCLUSIVE,
  UNMAP_FLUSH,
} from '../src/index.js';
import { explored, exploredWeakly, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

/** Maps a fresh page, clean and writable; its allocation's reference becomes that of the mapping. */
function map({ memory, arch, rmap }: System, vma: Vma, address: VirtualAddress): Page {
  const page = memory.allocator.allocZeroedPage();
  pteAlloc(vma.mm, address);
  rmap.pageAddNewAnonRmap(page, vma, address);
  const pte = arch.pteMkwrite(arch.mkPte(page, vma.vmPageProt));
  arch.setPteAt(vma.mm, address, walkToPte(vma.mm, address)!.ptep, pte);
  return page;
}

/** As {@link map}, as MADV_FREE leaves a page; and locked, with the reference of the isolation. */
function mapLazyFree(system: System, vma: Vma, address: VirtualAddress): Page {
  const page = map(system, vma, address);
  page.flags.bit('swapbacked').write(0);
  getPage(page);
  lockPage(page);
  return page;
}

/** As v5.19 does. */
function trackingExclusive(wiring: Wiring): void {
  wiring
    .overrideValue(ANON_EXCLUSIVE, { isTracked: true, hasBarriers: false })
    .overrideValue(SWP_EXCLUSIVE, { isKept: true });
}

const pteAt = (vma: Vma, address: VirtualAddress): Pte => walkToPte(vma.mm, address)!.ptep.read();

describe('a new mapping', () => {
  test('is counted, and knows its anon_vma and its index', () => {
    const seen = once((system) => {
      const vma = system.mm.mmap({ start: 0x40, pages: 2, vmFlags });
      const page = map(system, vma, 0x50);
      return [
        pageMapcount(page),
        page.mapping.read() === vma.anonVma,
        vma.addressOfPage(page),
        PageSwapBacked(page),
      ];
    });
    expect(seen).toEqual([1, true, 0x50, true]);
  });
});

describe('the mapping of a child', () => {
  test.each([
    [0, [true, 2]],
    [GUP_PIN_COUNTING_BIAS, [false, 1]],
  ])(
    'is refused by page_try_dup_anon_rmap() for a page with %i more references',
    (pins, expected) => {
      const seen = once((system) => {
        const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = map(system, vma, 0);
        system.mm.hasPinned.write(1);
        pageRefAdd(page, pins);
        return [system.rmap.pageTryDupAnonRmap(page, false, vma), pageMapcount(page)];
      });
      expect(seen).toEqual(expected);
    },
  );
});

// page_add_anon_rmap(), mm/rmap.c, v5.19: VM_BUG_ON_PAGE(!first && (flags & RMAP_EXCLUSIVE)), and of the page's flag.
test.each([
  ['that is exclusive', true, false],
  ['of a page that is exclusive', false, true],
])('a second mapping %s is a bug', (_, exclusive, isMarked) => {
  const add = (): void =>
    once(
      (system) => {
        const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = map(system, vma, 0);
        if (!isMarked) ClearPageAnonExclusive(page);
        lockPage(page);
        system.rmap.pageAddAnonRmap(page, vma, 0, exclusive);
      },
      undefined,
      trackingExclusive,
    );
  expect(add).toThrow('is exclusive and mapped twice');
});

// page_try_dup_anon_rmap(), include/linux/rmap.h, v5.19 (6c287605fd56): what is mapped twice is nobody's alone.
test.each([
  [0, [true, false]],
  [GUP_PIN_COUNTING_BIAS, [false, true]],
])('a page with %i more references is shared, and exclusive after that', (pins, expected) => {
  const seen = once(
    (system) => {
      const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = map(system, vma, 0);
      system.mm.hasPinned.write(1);
      pageRefAdd(page, pins);
      return [system.rmap.pageTryDupAnonRmap(page, false, vma), PageAnonExclusive(page)];
    },
    undefined,
    trackingExclusive,
  );
  expect(seen).toEqual(expected);
});

describe('page_referenced()', () => {
  test('takes the young bits of all mappings', () => {
    const seen = once((system) => {
      const { arch, rmap, mm } = system;
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = map(system, vma, 0);
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteMkyoung(ptep.read()));
      lockPage(page);
      return [rmap.pageReferenced(page), rmap.pageReferenced(page), arch.pteYoung(ptep.read())];
    });
    expect(seen).toEqual([1, 0, false]);
  });
});

describe('try_to_unmap() of a lazyfree page', () => {
  test('discards it if it is clean, whoever holds it', () => {
    const seen = once((system) => {
      const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = mapLazyFree(system, vma, 0);
      getPage(page);
      system.rmap.tryToUnmap(page, {});
      return {
        pte: pteAt(vma, 0),
        mapped: pageMapped(page),
        references: pageCount(page),
        decided: system.log.ofCurrentTask().map(({ fate, address }) => [fate, address]),
      };
    });
    expect(seen).toEqual({ pte: 0n, mapped: false, references: 2, decided: [['discard', 0]] });
  });

  test.each(['the page', 'the entry'])('maps it again if %s is dirty, backed by swap', (which) => {
    const seen = once((system) => {
      const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = mapLazyFree(system, vma, 0);
      const { ptep } = walkToPte(system.mm, 0)!;
      if (which === 'the page') setPageDirty(page);
      else ptep.write(system.arch.pteMkdirty(ptep.read()));
      const before = ptep.read();
      system.rmap.tryToUnmap(page, {});
      return [
        pteAt(vma, 0) === before,
        pageMapcount(page),
        pageCount(page),
        PageSwapBacked(page),
        PageDirty(page),
      ];
    });
    expect(seen).toEqual([true, 1, 2, true, true]);
  });

  test('ends at the first mapping that must stay', () => {
    const fates = once((system) => {
      const { mm, memory, rmap, arch, log } = system;
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
      const other = mm.mmap({ start: 0x40, pages: 1, vmFlags, anonVma: vma.anonVma! });
      const page = mapLazyFree(system, vma, 0);
      // The same page of the anon_vma, mapped by a second vma, dirty.
      page.index.write(vma.pageIndex(0));
      (other as { pgoff: number }).pgoff = vma.pgoff;
      pteAlloc(mm, 0x40);
      const { ptep } = walkToPte(mm, 0x40)!;
      ptep.write(arch.pteMkdirty(arch.mkPte(page, vma.vmPageProt)));
      getPage(page);
      rmap.pageAddAnonRmap(page, other, 0x40, false);
      rmap.tryToUnmap(page, {});
      return [log.ofCurrentTask().map(({ fate }) => fate), pageMapcount(page), memory.pages.length];
    });
    expect(fates).toEqual([['discard', 'remap'], 1, 6]);
  });

  describe.each([
    { rule: NotifyBehindLock, told: [['page', 0x10, 0x20, [false, false]]] },
    { rule: NotifyUnderLock, told: [['page', 0x10, 0x20, [false, true]]] },
    {
      rule: NotifyRange,
      told: [
        ['start', 0x10, 0x20, [true, false]],
        ['end', 0x10, 0x20, [false, false]],
      ],
    },
  ])('$rule.name', ({ rule, told }) => {
    test('tells the notifiers of the one page', () => {
      const seen = once(
        (system) => {
          const vma = system.mm.mmap({ start: 0, pages: 2, vmFlags });
          const page = mapLazyFree(system, vma, 0x10);
          const told = notified(system.mm, () => [pageMapped(page), inAtomic()]);
          system.rmap.tryToUnmap(page, {});
          return told;
        },
        undefined,
        (wiring) => void wiring.override(RMAP_NOTIFIER, rule),
      );
      expect(seen).toEqual(told);
    });
  });

  test('tells nobody of an entry that stays, to v4.12', () => {
    const seen = once((system) => {
      const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags: vmFlags | VM_LOCKED });
      const page = mapLazyFree(system, vma, 0);
      const told = notified(system.mm, () => undefined);
      system.rmap.tryToUnmap(page, {});
      return told;
    });
    expect(seen).toEqual([]);
  });

  test('spares what mlock() holds', () => {
    const seen = once((system) => {
      const vma = system.mm.mmap({ start: 0, pages: 1, vmFlags: vmFlags | VM_LOCKED });
      const page = mapLazyFree(system, vma, 0);
      system.rmap.tryToUnmap(page, {});
      return pageMapcount(page);
    });
    expect(seen).toBe(1);
  });
});

describe('try_to_unmap() of a page in the swap cache', () => {
  test('leaves an entry behind by which it is found', () => {
    const seen = once((system) => {
      const { arch, mm, rmap, swap } = system;
      swap.swapon({ pages: 1 });
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = map(system, vma, 0);
      getPage(page);
      lockPage(page);
      swap.addToSwap(page);
      rmap.tryToUnmap(page, {});
      const pte = pteAt(vma, 0);
      const entry = arch.pteToSwpEntry(pte);
      return [
        arch.isSwapPte(pte),
        arch.pteSwpExclusive(pte),
        swap.lookupSwapCache(entry) === page,
        swap.pageSwapcount(page),
        pageMapped(page),
      ];
    });
    expect(seen).toEqual([true, false, true, 1, false]);
  });

  // page_try_share_anon_rmap(), include/linux/rmap.h, v5.19 (6c287605fd56): whoever pins a page sees what the
  // process writes later, so the process keeps the page.
  test.each([
    ['unmaps a page that is exclusive, and notes so', 0, [true, 0, false, 1]],
    ['spares one that may be pinned', GUP_PIN_COUNTING_BIAS, [false, 1, true, 0]],
  ])('%s', (_, pins, expected) => {
    const seen = once(
      (system) => {
        const { arch, mm, rmap, swap } = system;
        swap.swapon({ pages: 1 });
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = map(system, vma, 0);
        getPage(page);
        lockPage(page);
        swap.addToSwap(page);
        pageRefAdd(page, pins);
        rmap.tryToUnmap(page, {});
        return [
          arch.pteSwpExclusive(pteAt(vma, 0)),
          pageMapcount(page),
          PageAnonExclusive(page),
          swap.pageSwapcount(page),
        ];
      },
      undefined,
      trackingExclusive,
    );
    expect(seen).toEqual(expected);
  });

  // try_to_unmap_one(), mm/rmap.c: 6c287605fd56 forgets, 1493a1913e34 remembers.
  test.each([false, true])('notes in the entry that a page was exclusive: %s', (isKept) => {
    const marked = once(
      (system) => {
        const { arch, mm, rmap, swap } = system;
        swap.swapon({ pages: 1 });
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = map(system, vma, 0);
        lockPage(page);
        swap.addToSwap(page);
        rmap.tryToUnmap(page, {});
        return [arch.pteSwpExclusive(pteAt(vma, 0)), PageAnonExclusive(page)];
      },
      undefined,
      (wiring) => {
        trackingExclusive(wiring);
        wiring.overrideValue(SWP_EXCLUSIVE, { isKept });
      },
    );
    expect(marked).toEqual([isKept, false]);
  });

  // try_to_unmap_one(), mm/rmap.c, v5.19: "!anon_exclusive && should_defer_flush()"; v6.1 (088b8aa537c2) drops it.
  test.each([
    ['defers the flush before PG_anon_exclusive', false, false, true, true],
    ['flushes an exclusive page at once up to v6.0', true, false, true, false],
    ['defers the flush of a page that is not exclusive', true, false, false, true],
    ['defers the flush of an exclusive page since v6.1', true, true, true, true],
  ])('%s', (_, isTracked, hasBarriers, exclusive, deferred) => {
    const seen = once(
      (system) => {
        const { mm, rmap, swap, wiring } = system;
        swap.swapon({ pages: 1 });
        const flush = wiring.get(UNMAP_FLUSH);
        let isDeferred = false;
        flush.shouldDeferFlush = () => true;
        flush.setTlbUbcFlushPending = () => {
          isDeferred = true;
        };
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = map(system, vma, 0);
        if (!exclusive) ClearPageAnonExclusive(page);
        lockPage(page);
        swap.addToSwap(page);
        rmap.tryToUnmap(page, { batchFlush: true });
        return isDeferred;
      },
      undefined,
      (wiring) => void wiring.overrideValue(ANON_EXCLUSIVE, { isTracked, hasBarriers }),
    );
    expect(seen).toBe(deferred);
  });

  // try_to_migrate_one(), mm/rmap.c, v5.17 and v5.19: ptep_clear_flush(), and no TTU_BATCH_FLUSH.
  test('try_to_migrate() flushes an entry as it clears it', () => {
    const flushed = once((system) => {
      const { arch, mm, rmap, wiring } = system;
      const flush = wiring.get(UNMAP_FLUSH);
      const done: string[] = [];
      flush.shouldDeferFlush = () => true;
      flush.setTlbUbcFlushPending = () => void done.push('deferred');
      const clearFlush = arch.ptepClearFlush.bind(arch);
      arch.ptepClearFlush = (...entry) => {
        done.push('flushed');
        return clearFlush(...entry);
      };
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = map(system, vma, 0);
      getPage(page);
      lockPage(page);
      rmap.tryToMigrate(page);
      return done;
    });
    expect(flushed).toEqual(['flushed']);
  });

  // page_try_share_anon_rmap(), v6.1 (088b8aa537c2): the entry is cleared, smp_mb(), the pins are read; GUP-fast
  // pins, fully ordered, and then reads the entry again.
  test.each([
    ['may miss a pin of GUP-fast before v6.1', false],
    ['misses no pin of GUP-fast since v6.1', true],
  ])('%s', (_, hasBarriers) => {
    let isMissed = false;
    const { verdict, error } = exploredWeakly(
      (system) => {
        const { arch, machine, mm, rmap, swap } = system;
        // Nothing but the barrier orders it.
        arch.ptepClearFlush = (_vma, _address, ptep) => {
          const pte = readOnce(ptep);
          writeOnce(ptep, arch.none);
          return pte;
        };
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = machine.boot(() => {
          swap.swapon({ pages: 1 });
          const mapped = map(system, vma, 0);
          getPage(mapped);
          lockPage(mapped);
          swap.addToSwap(mapped);
          return mapped;
        });
        const { ptep } = walkToPte(mm, 0)!;
        machine.cpu(0).run('gup', () => {
          const pte = arch.ptepGet(ptep);
          return (
            arch.ptePresent(pte) &&
            pageRefAddUnless(page, GUP_PIN_COUNTING_BIAS, 0) &&
            arch.ptepGet(ptep) === pte
          );
        });
        machine.cpu(1).run('reclaim', () => {
          rmap.tryToUnmap(page, {});
          return pageMapped(page);
        });
        return ({ gup, reclaim }) => {
          isMissed ||= gup === true && reclaim === false;
        };
      },
      (wiring) => void wiring.overrideValue(ANON_EXCLUSIVE, { isTracked: true, hasBarriers }),
    );
    expect([verdict, error, isMissed]).toEqual(['verified', undefined, !hasBarriers]);
  });

  /** What is left of a page whose unmapping fails once, and then does not. */
  const failing = (fail: (system: System) => void, rule: ArchUnmapOne) =>
    once(
      (system) => {
        const { mm, rmap, swap } = system;
        swap.swapon({ pages: 1 });
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
        const page = map(system, vma, 0);
        lockPage(page);
        swap.addToSwap(page);
        const before = pteAt(vma, 0);
        fail(system);
        const seen = [1, 2].map(() => {
          rmap.tryToUnmap(page, {});
          return [
            pteAt(vma, 0) === before,
            PageAnonExclusive(page),
            swap.pageSwapcount(page),
            // For swapoff.
            swap.mmlist.next() === mm,
          ];
        });
        unlockPage(page);
        return seen;
      },
      undefined,
      (wiring) => {
        trackingExclusive(wiring);
        wiring.overrideValue(ARCH_UNMAP_ONE, rule);
      },
    );
  const freesSlot: ArchUnmapOne = { isCalled: true, failureFreesSlot: true };
  const unmapped = [false, false, 1, true];
  const putBack = [true, true, 0, false];

  // try_to_unmap_one(), mm/rmap.c: ca827d55ebaa (v4.17) calls it, 322842ea3c72 (v5.19) frees the slot.
  test.each([
    ['v4.12', { isCalled: false, failureFreesSlot: false }, [unmapped, unmapped]],
    [
      'v4.17',
      { isCalled: true, failureFreesSlot: false },
      [
        [true, true, 1, false],
        [false, false, 2, true],
      ],
    ],
    ['v5.19', freesSlot, [putBack, unmapped]],
  ])('puts the entry back where arch_unmap_one() fails, on %s', (_release, rule, expected) => {
    expect(failing(({ rmap }) => rmap.failArchUnmapOne(), rule)).toEqual(expected);
  });

  test('puts the entry back where swap_duplicate() fails', () => {
    const fail = ({ swap }: System): void => swap.failSwapDuplicate();
    expect(failing(fail, freesSlot)).toEqual([putBack, unmapped]);
  });

  test('is refused without a slot', () => {
    const { violations } = explored((system) => {
      const { machine, mm, rmap } = system;
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
      const page = machine.boot(() => map(system, vma, 0));
      machine.cpu(1).run('reclaim', () => {
        lockPage(page);
        rmap.tryToUnmap(page, {});
      });
      return undefined;
    });
    expect(violations.map(({ property }) => property)).toEqual(['VM_BUG_ON']);
  });
});

// check_pte(), mm/page_vma_mapped.c: a walk visits every mapping that may have the page, and copy-on-write may
// have put another page at its address.
test('try_to_unmap() spares the copy that a process has of the page of another', () => {
  const seen = once((system) => {
    const { arch, machine, memory, mm, rmap } = system;
    const parent = mm.mmap({ start: 0, pages: 1, vmFlags });
    const anonVma = parent.anonVma!;
    const child = new Mm(memory, 'child', [machine.cpu(1)]);
    const vma = child.mmap({ start: 0, pages: 1, vmFlags, anonVma });
    const copy = map(system, parent, 0);
    const page = mapLazyFree(system, vma, 0);
    rmap.tryToUnmap(page, {});
    return [
      arch.ptePfn(pteAt(parent, 0)) === copy.pfn,
      arch.pteNone(pteAt(vma, 0)),
      [copy, page].map((one) => pageMapcount(one)),
    ];
  });
  expect(seen).toEqual([true, true, [1, 0]]);
});

test('two unmappings at once remove a mapping once', () => {
  const { verdict } = explored((system) => {
    const { machine, memory, mm, rmap } = system;
    const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
    const page = machine.boot(() => {
      const mapped = map(system, vma, 0);
      mapped.flags.bit('swapbacked').write(0);
      return mapped;
    });
    for (const id of [0, 1]) {
      machine.boot(() => getPage(page));
      machine.cpu(id).run(`cpu${String(id)}`, () => {
        lockPage(page);
        rmap.tryToUnmap(page, {});
        unlockPage(page);
        putPage(page);
      });
    }
    return () => {
      auditReferences(memory);
    };
  });
  expect(verdict).toBe('verified');
});
