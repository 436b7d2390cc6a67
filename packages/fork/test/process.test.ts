import type { Wiring } from '@pagerace/di';
import {
  auditReferences,
  ClearPageAnonExclusive,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
  getPage,
  GUP_PIN_COUNTING_BIAS,
  isReadableMigrationEntry,
  lockPage,
  lruAddDrain,
  makeReadableMigrationEntry,
  Mm,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  pageCount,
  pageMapcount,
  PageReferenced,
  pteOffsetMapLock,
  pteUnmapUnlock,
  putPage,
  unlockPage,
  unpinUserPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { ANON_EXCLUSIVE, RMAP, type Rmap } from '@pagerace/rmap';
import { rawReadSeqcount } from '@pagerace/machine';
import { describe, expect, test } from 'vitest';
import { prepareChild, WRITE_PROTECT_ORDERING, type WriteProtectOrdering } from '../src/index.js';
import { explored, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

function pageAt({ memory, arch }: System, mm: Mm, address: number): Page {
  return memory.pageAt(arch.ptePfn(walkToPte(mm, address)!.ptep.read()));
}

/** A parent with a page that it has written to, and a child that is to be. */
function family(system: System): { page: Page; child: Mm } {
  const { machine, memory, mm, user } = system;
  mm.mmap({ start: 0, pages: 2, vmFlags });
  user.userWrite(mm, 0, 7);
  lruAddDrain(memory);
  const child = new Mm(memory, 'child', [machine.cpu(1)]);
  prepareChild(mm, child);
  return { page: pageAt(system, mm, 0), child };
}

/** As v5.19 does. */
function trackingExclusive(wiring: Wiring): void {
  wiring.overrideValue(ANON_EXCLUSIVE, { isTracked: true, hasBarriers: false });
}

describe('fork', () => {
  test('shares a page read-only', () => {
    const seen = once((system) => {
      const { page, child } = family(system);
      const { arch, fork, mm } = system;
      fork.dupMmap(mm, child);
      const ptes = [mm, child].map((one) => walkToPte(one, 0)!.ptep.read());
      return [
        pageAt(system, child, 0) === page,
        ptes.map((pte) => arch.pteWrite(pte)),
        pageMapcount(page),
        pageCount(page),
        arch.pteYoung(ptes[1]!),
        PageReferenced(page),
      ];
    });
    expect(seen).toEqual([true, [false, false], 2, 2, false, false]);
  });

  // VM_DONTCOPY, kernel/fork.c:dup_mmap().
  test('copies only what the child has a mapping for', () => {
    const seen = once((system) => {
      const { machine, memory, fork, mm, user } = system;
      mm.mmap({ start: 0, pages: 3, vmFlags });
      for (const address of [0, 0x10, 0x20]) user.userWrite(mm, address, 7);
      const child = new Mm(memory, 'child', [machine.cpu(1)]);
      prepareChild(mm, child, 0x10, 0x20);
      fork.dupMmap(mm, child);
      return [0, 0x10, 0x20].map((address) => pageMapcount(pageAt(system, mm, address)));
    });
    expect(seen).toEqual([1, 2, 1]);
  });

  // copy_present_pte(), copy_nonpresent_pte(): the child has no userfaultfd.
  test.each([
    ['a page', undefined],
    ['a swap entry', 'swapped'],
    ['a migration entry', 'migrating'],
  ])('leaves the uffd-wp bit of %s to the parent, and soft-dirty to both', (_, gone) => {
    const seen = once((system) => {
      const { page, child } = family(system);
      const { arch, fork, mm, rmap, swap } = system;
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteMkuffdWp(ptep.read()));
      if (gone !== undefined) {
        swap.swapon({ pages: 1 });
        getPage(page);
        lockPage(page);
        if (gone === 'swapped') swap.addToSwap(page);
        if (gone === 'swapped') rmap.tryToUnmap(page, {});
        else rmap.tryToMigrate(page);
        unlockPage(page);
        putPage(page);
      }
      fork.dupMmap(mm, child);
      return [mm, child].map((one) => {
        const pte = walkToPte(one, 0)!.ptep.read();
        return gone !== undefined
          ? [arch.pteSwpUffdWp(pte), arch.pteSwpSoftDirty(pte)]
          : [arch.pteUffdWp(pte), arch.pteSoftDirty(pte)];
      });
    });
    expect(seen).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  test('gives each its own page when it writes', () => {
    const seen = once((system) => {
      const { page, child } = family(system);
      const { fork, mm, user } = system;
      fork.dupMmap(mm, child);
      user.userWrite(child, 0, 8);
      return [
        user.userRead(mm, 0),
        user.userRead(child, 0),
        pageAt(system, child, 0) === page,
        pageMapcount(page),
      ];
    });
    expect(seen).toEqual([7, 8, false, 1]);
  });

  test('copies a page that may be pinned, and leaves the parent its own', () => {
    const seen = once((system) => {
      const { page, child } = family(system);
      const { arch, fork, mm, user } = system;
      mm.hasPinned.write(1);
      page._refcount.fetchAdd(GUP_PIN_COUNTING_BIAS);
      fork.dupMmap(mm, child);
      return [
        pageAt(system, child, 0) === page,
        user.userRead(child, 0),
        pageMapcount(page),
        arch.pteWrite(walkToPte(mm, 0)!.ptep.read()),
      ];
    });
    expect(seen).toEqual([false, 7, 1, true]);
  });

  test('gives back the page for a copy, if the pin has gone when it is there', () => {
    const shared = new Set<boolean>();
    const { verdict, error } = explored((system) => {
      const { machine, memory, fork, mm } = system;
      const { page, child } = machine.boot(() => {
        const made = family(system);
        mm.hasPinned.write(1);
        made.page._refcount.fetchAdd(GUP_PIN_COUNTING_BIAS);
        return made;
      });
      machine.cpu(0).run('fork', () => fork.dupMmap(mm, child));
      machine.cpu(1).run('unpin', () => unpinUserPage(page));
      return () => {
        shared.add(pageAt(system, child, 0) === page);
        auditReferences(memory);
      };
    });
    expect([verdict, error, [...shared].sort()]).toEqual(['verified', undefined, [false, true]]);
  });

  test('gives back the page for a copy, if the pinned one is unmapped when it is there', () => {
    const { verdict, error } = explored((system) => {
      const { arch, machine, memory, fork, mm } = system;
      const { page, child } = machine.boot(() => {
        const made = family(system);
        mm.hasPinned.write(1);
        made.page._refcount.fetchAdd(GUP_PIN_COUNTING_BIAS);
        return made;
      });
      machine.cpu(0).run('fork', () => fork.dupMmap(mm, child));
      // As try_to_unmap_one() does, which needs no mmap_lock.
      machine.cpu(1).run('unmap', () => {
        const locked = pteOffsetMapLock(mm, 0)!;
        arch.ptepGetAndClear(mm, 0, locked.ptep);
        page._mapcount.fetchAdd(-1);
        putPage(page);
        pteUnmapUnlock(locked);
      });
      return () => {
        auditReferences(memory, undefined, new Map([[page, 1]]));
      };
    });
    expect([verdict, error]).toEqual(['verified', undefined]);
  });

  // copy_pte_range() has both locks over all the entries of a table.
  test('lets nobody with the lock of the table see some of its pages shared and some not', () => {
    const seen = new Set<string>();
    const { verdict, error } = explored((system) => {
      const { arch, machine, memory, fork, mm, user } = system;
      const child = machine.boot(() => {
        const made = family(system);
        user.userWrite(mm, 0x10, 7);
        lruAddDrain(memory);
        return made.child;
      });
      machine.cpu(0).run('fork', () => fork.dupMmap(mm, child));
      machine.cpu(1).run('look', () => {
        const locked = pteOffsetMapLock(mm, 0)!;
        const ptes = [0, 0x10].map((address) => arch.ptepGet(locked.table.entry(address)!));
        pteUnmapUnlock(locked);
        return ptes.map((pte) => (arch.pteWrite(pte) ? 'own' : 'shared')).join();
      });
      return ({ look }) => void seen.add(look as string);
    });
    expect([verdict, error, [...seen].sort()]).toEqual([
      'verified',
      undefined,
      ['own,own', 'shared,shared'],
    ]);
  });

  // copy_nonpresent_pte(), mm/memory.c, v5.19 (1493a1913e34): whoever swaps the page in must not take it for
  // its own.
  test.each([
    ['', false],
    [', where the count of its slot needs a page at first', true],
  ])('shares a page in swap, and takes the exclusive marker from both entries%s', (_, fails) => {
    const seen = once((system) => {
      const { arch, fork, mm, rmap, swap } = system;
      const { page, child } = family(system);
      swap.swapon({ pages: 1 });
      getPage(page);
      lockPage(page);
      swap.addToSwap(page);
      rmap.tryToUnmap(page, {});
      unlockPage(page);
      const { ptep } = walkToPte(mm, 0)!;
      ptep.write(arch.pteSwpMkexclusive(ptep.read()));
      if (fails) swap.failSwapDuplicate();
      fork.dupMmap(mm, child);
      const ptes = [mm, child].map((one) => walkToPte(one, 0)!.ptep.read());
      return [
        ptes.map((pte) => arch.pteToSwpEntry(pte) === page.private.read()),
        ptes.map((pte) => arch.pteSwpExclusive(pte)),
        swap.pageSwapcount(page),
        // For swapoff.
        swap.mmlist.next(mm) === child,
      ];
    });
    expect(seen).toEqual([[true, true], [false, false], 2, true]);
  });

  // copy_nonpresent_pte(), mm/memory.c, v5.19: what was exclusive is shared now.
  test.each([
    ['writable', false, true],
    ['readable and exclusive', true, true],
    ['readable', true, false],
  ])('makes a %s migration entry readable in both processes', (_kind, readOnly, exclusive) => {
    const seen = once(
      (system) => {
        const { arch, fork, mm, rmap } = system;
        const { page, child } = family(system);
        mm.vmas[0]!.willChange();
        const { ptep } = walkToPte(mm, 0)!;
        if (readOnly) ptep.write(arch.pteWrprotect(ptep.read()));
        if (!exclusive) ClearPageAnonExclusive(page);
        getPage(page);
        lockPage(page);
        rmap.tryToMigrate(page);
        // mprotect(PROT_READ): it is a COW mapping still, as it has VM_MAYWRITE.
        if (readOnly) mm.vmas[0]!.vmFlags &= ~VM_WRITE;
        const isReadable = isReadableMigrationEntry(arch.pteToSwpEntry(ptep.read()));
        fork.dupMmap(mm, child);
        unlockPage(page);
        const ptes = [mm, child].map((one) => walkToPte(one, 0)!.ptep.read());
        return [
          isReadable,
          ...ptes.map((pte) => arch.pteToSwpEntry(pte) === makeReadableMigrationEntry(page.pfn)),
        ];
      },
      undefined,
      { rewire: trackingExclusive },
    );
    expect(seen).toEqual([readOnly && !exclusive, true, true]);
  });

  test('allocates no table for the child where the parent has none', () => {
    const seen = once((system) => {
      const { machine, memory, fork, mm } = system;
      mm.mmap({ start: 0, pages: 2, vmFlags });
      const child = new Mm(memory, 'child', [machine.cpu(1)]);
      prepareChild(mm, child);
      fork.dupMmap(mm, child);
      return child.nrPtes.read();
    });
    expect(seen).toBe(0);
  });

  test('shares the zero page, and nothing where nothing is', () => {
    const seen = once((system) => {
      const { child } = family(system);
      const { fork, mm, user } = system;
      user.userRead(mm, 0x10);
      fork.dupMmap(mm, child);
      return [pageAt(system, child, 0x10).isZeroPage, user.userRead(child, 0x10)];
    });
    expect(seen).toEqual([true, 0]);
  });
});

describe('exit', () => {
  test('frees what nobody else has', () => {
    const seen = once((system) => {
      const { page, child } = family(system);
      const { fork, mm } = system;
      fork.dupMmap(mm, child);
      fork.exitMmap(mm);
      const shared = [pageMapcount(page), pageCount(page)];
      fork.exitMmap(child);
      return [shared, pageMapcount(page), pageCount(page), walkToPte(child, 0)!.ptep.read()];
    });
    expect(seen).toEqual([[1, 1], 0, 0, 0n]);
  });

  test('of parent and child at once frees a page once', () => {
    const { verdict, executions } = explored((system) => {
      const { machine, memory, fork, mm } = system;
      const child = machine.boot(() => {
        const { child: made } = family(system);
        fork.dupMmap(mm, made);
        return made;
      });
      machine.cpu(0).run('parent', () => fork.exitMmap(mm));
      machine.cpu(1).run('child', () => fork.exitMmap(child));
      return () => {
        auditReferences(memory);
        expect(memory.allocator.free.length).toBe(memory.pages.length);
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });

  test('leaves a fork that goes on at the same time in order', () => {
    const { verdict } = explored((system) => {
      const { machine, memory, fork, mm } = system;
      const { child, grandchild } = machine.boot(() => {
        const { child: made } = family(system);
        fork.dupMmap(mm, made);
        const next = new Mm(memory, 'grandchild', []);
        prepareChild(made, next);
        return { child: made, grandchild: next };
      });
      machine.cpu(0).run('parent', () => fork.exitMmap(mm));
      machine.cpu(1).run('child', () => fork.dupMmap(child, grandchild));
      return () => {
        auditReferences(memory);
      };
    });
    expect(verdict).toBe('verified');
  });
});

test('fork orders the odd sequence before it write-protects, and flushes afterwards', () => {
  let ordering: WriteProtectOrdering | undefined;
  const seen = once(
    (system) => {
      const { child } = family(system);
      const { arch, fork, mm, tlb } = system;
      const events: unknown[] = [];
      ordering!.afterBegin = () => {
        events.push(['orders', rawReadSeqcount(mm.writeProtectSeq) % 2]);
      };
      const ptepSetWrprotect = arch.ptepSetWrprotect.bind(arch);
      arch.ptepSetWrprotect = (of, address, ptep) => {
        events.push(['protects', rawReadSeqcount(mm.writeProtectSeq) % 2]);
        ptepSetWrprotect(of, address, ptep);
      };
      const flushTlbRange = tlb.flushTlbRange.bind(tlb);
      tlb.flushTlbRange = (of, start, end) => {
        events.push(['flushes', of.name]);
        flushTlbRange(of, start, end);
      };
      fork.dupMmap(mm, child);
      return events;
    },
    undefined,
    { rewire: (wiring) => void (ordering = wiring.get(WRITE_PROTECT_ORDERING)) },
  );
  expect(seen).toEqual([
    ['orders', 1],
    ['protects', 1],
    ['flushes', 'mm'],
  ]);
});

test('zapping a page flushes what is deferred before it, and the page before it is freed', () => {
  const seen = once((system) => {
    const { page } = family(system);
    const { fork, mm, rmap, tlb } = system;
    const events: unknown[] = [];
    const flushTlbBatchedPending = rmap.flushTlbBatchedPending.bind(rmap);
    rmap.flushTlbBatchedPending = (of) => {
      events.push(['deferred', pageMapcount(page)]);
      flushTlbBatchedPending(of);
    };
    const flushTlbPage = tlb.flushTlbPage.bind(tlb);
    tlb.flushTlbPage = (of, address) => {
      events.push(['flush', page.allocation.isAllocated]);
      flushTlbPage(of, address);
    };
    fork.zapPage(mm, 0);
    return [...events, page.allocation.isAllocated];
  });
  expect(seen).toEqual([['deferred', 1], ['flush', true], false]);
});

test('zapping a migration entry leaves the page to whoever migrates it', () => {
  const seen = once((system) => {
    const { arch, fork, mm, rmap } = system;
    const { page } = family(system);
    getPage(page);
    lockPage(page);
    rmap.tryToMigrate(page);
    fork.zapPage(mm, 0);
    unlockPage(page);
    return [arch.pteNone(walkToPte(mm, 0)!.ptep.read()), pageCount(page), pageMapcount(page)];
  });
  expect(seen).toEqual([true, 1, 0]);
});

test('zapping one page leaves the others', () => {
  const seen = once((system) => {
    family(system);
    const { fork, mm, user } = system;
    user.userWrite(mm, 0x10, 9);
    fork.zapPage(mm, 0);
    return [user.userRead(mm, 0), user.userRead(mm, 0x10)];
  });
  expect(seen).toEqual([0, 9]);
});

test('the notifiers are told of what fork protects, of a copy, and of what is unmapped', () => {
  const seen = once((system) => {
    const { child } = family(system);
    const { arch, fork, mm, user } = system;
    const told = notified(mm, () => {
      const walk = walkToPte(mm, 0);
      if (walk === undefined) return 'no table';
      const pte = walk.ptep.read();
      return arch.pteNone(pte) ? 'nothing' : arch.pteWrite(pte) ? 'writable' : 'read-only';
    });
    fork.dupMmap(mm, child);
    user.userWrite(mm, 0x8, 1);
    fork.zapPage(mm, 0);
    user.userWrite(mm, 0, 1);
    fork.unmapRegion(mm, 0);
    return told;
  });
  expect(seen).toEqual([
    ['start', 0, 0x20, 'writable'],
    ['end', 0, 0x20, 'read-only'],
    ['start', 0, 0x10, 'read-only'],
    ['end', 0, 0x10, 'writable'],
    ['start', 0, 0x10, 'writable'],
    ['end', 0, 0x10, 'nothing'],
    ['start', 0, 0x20, 'writable'],
    ['end', 0, 0x20, 'nothing'],
  ]);
});

describe('unmapping a range', () => {
  test('frees its pages and its page table, which may be given out again', () => {
    const seen = once((system) => {
      const { page } = family(system);
      const { fork, mm, user } = system;
      const { table, pmdp } = walkToPte(mm, 0)!;
      fork.unmapRegion(mm, 0);
      const gone = [walkToPte(mm, 0), pageCount(page), table.isStillOf(pmdp), mm.nrPtes.read()];
      user.userWrite(mm, 0, 4);
      return [...gone, user.userRead(mm, 0), walkToPte(mm, 0)!.table === table, mm.nrPtes.read()];
    });
    expect(seen).toEqual([undefined, 0, false, 0, 4, true, 1]);
  });

  test('keeps out walks of the reverse mapping before the page table is freed', () => {
    let rmap: Rmap | undefined;
    const { verdict, violations } = explored(
      (system) => {
        const { machine, memory, fork, mm } = system;
        const { page } = machine.boot(() => {
          const made = family(system);
          getPage(made.page);
          return made;
        });
        machine.cpu(0).run('unmapper', () => fork.unmapRegion(mm, 0));
        machine.cpu(1).run('walker', () => {
          lockPage(page);
          rmap!.pageReferenced(page);
          unlockPage(page);
          putPage(page);
        });
        return () => {
          auditReferences(memory);
        };
      },
      { rewire: (wiring) => void (rmap = wiring.get(RMAP)) },
    );
    expect(violations).toEqual([]);
    expect(verdict).toBe('verified');
  });

  test('leaves a fault another page table, where a freed one waits for a grace period', () => {
    let handler: FaultHandler | undefined;
    const { verdict, error, violations } = explored(
      (system) => {
        const { arch, fork, machine, memory, mm } = system;
        Object.assign(arch, { hasRcuTableFree: true });
        machine.boot(() => family(system));
        machine.cpu(0).run('user', () => {
          mmapReadLock(mm);
          handler!.handleMmFault(mm.findVma(0)!, 0, FAULT_FLAG_WRITE);
          mmapReadUnlock(mm);
        });
        machine.cpu(1).run('unmapper', () => fork.unmapRegion(mm, 0));
        return () => {
          auditReferences(memory);
        };
      },
      { rewire: (wiring) => void (handler = wiring.get(FAULT_HANDLER)) },
    );
    expect([error, violations]).toEqual([undefined, []]);
    expect(verdict).toBe('verified');
  });
});
