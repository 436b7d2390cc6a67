import type { Wiring } from '@pagerace/di';
import {
  atomicInc,
  downRead,
  localIrqRestore,
  localIrqSave,
  rcuReadLock,
  rcuReadUnlock,
  spinLock,
  spinUnlock,
  upRead,
} from '@pagerace/machine';
import {
  auditReferences,
  AddressSpace,
  getPage,
  lruCacheAdd,
  lruAddDrain,
  mmuNotifierRegister,
  type Page,
  pageCount,
  pageMapcount,
  PageLocked,
  pageRefAdd,
  type PageTable,
  pmdLock,
  pmdUnlock,
  pteAlloc,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  walkToPmd,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import {
  COLLAPSE_SYNC,
  CollapsePteMappedUnderMmapRead,
  PTE_MAPPED_COLLAPSE,
  SyncTableWalks,
  TABLE_REMOVAL_RULE,
} from '../src/index.js';
import { explored, type System } from './system.js';

const START = 0x80;
const V6_0 = 'of v6.0';
const V6_1 = 'of v6.1';
const V6_6 = 'of v6.6';

/** A file that has a huge page, of which the process has mapped the pages one by one. */
function mappedFile(system: System): Page {
  const { memory, mm } = system;
  const file = new AddressSpace(memory, 'file', 2, shmem);
  mm.mmap({ start: START, pages: 2, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
  const head = memory.allocator.allocHugePage();
  head.mapping.write(file);
  head.index.write(0);
  pageRefAdd(head, 1);
  lruCacheAdd(head);
  for (const [index, page] of memory.subpages(head).entries()) {
    file.store(index, page);
    getPage(page);
    atomicInc(page._mapcount);
    setEntry(system, index, page);
  }
  lruAddDrain(memory);
  return head;
}

function setEntry({ arch, memory, mm }: System, nth: number, page: Page): void {
  const address = START + nth * memory.pageSize;
  pteAlloc(mm, address);
  withPteLocked(mm, address, (ptep) => {
    arch.setPteAt(mm, address, ptep, arch.mkPte(page, 1n));
  });
}

const forms: readonly [string, (wiring: Wiring) => void][] = [
  [V6_0, () => undefined],
  [
    V6_1,
    (wiring) => {
      wiring.overrideValue(TABLE_REMOVAL_RULE, { keepsRmapWalksOut: true, notifies: true });
    },
  ],
  [V6_6, (wiring) => void wiring.override(PTE_MAPPED_COLLAPSE, CollapsePteMappedUnderMmapRead)],
];

describe.each(forms)('collapse_pte_mapped_thp() %s', (form, rewire) => {
  /** What it says, and what it leaves, of a file that something was done to before. */
  function collapsed(
    prepare: (system: System, head: Page) => unknown,
    restore: (system: System, head: Page) => unknown = () => undefined,
  ): readonly unknown[] {
    const seen: unknown[] = [];
    const { verdict, error, violations } = explored((system) => {
      const { arch, khugepaged, machine, memory, mm } = system;
      const head = machine.boot(() => {
        const huge = mappedFile(system);
        prepare(system, huge);
        return huge;
      });
      machine.cpu(1).run('khugepaged', () => {
        const result = khugepaged.collapsePteMappedThp(mm, START);
        const left = [
          result,
          pageCount(head),
          memory.subpages(head).map((page) => pageMapcount(page)),
          PageLocked(head),
          arch.pmdNone(walkToPmd(mm, START)!.pmd),
        ];
        restore(system, head);
        return left;
      });
      return ({ khugepaged: left }) => {
        seen.push(...(left as unknown[]), mm.nrPtes.read());
        auditReferences(memory);
      };
    }, rewire);
    if (verdict !== 'verified') throw new Error(error ?? violations[0]?.message);
    return seen;
  }

  test('unmaps every page, and frees the page table', () => {
    expect(collapsed(() => undefined)).toEqual(['SCAN_SUCCEED', 2, [0, 0], false, true, 1]);
  });

  test('takes a page that is not mapped as it is', () => {
    const unmap = (system: System, head: Page): void => {
      const { arch, memory, mm } = system;
      const address = START + memory.pageSize;
      withPteLocked(mm, address, (ptep) => arch.ptepGetAndClear(mm, address, ptep));
      memory.pageAt(head.pfn + 1)._mapcount.write(-1);
      pageRefAdd(head, -1);
    };
    expect(collapsed(unmap)).toEqual(['SCAN_SUCCEED', 2, [0, 0], false, true, 1]);
  });

  test('leaves all as it is where an entry maps something else', () => {
    const other = (system: System, head: Page): void => {
      setEntry(system, 1, head);
    };
    const back = (system: System, head: Page): void => {
      setEntry(system, 1, system.memory.pageAt(head.pfn + 1));
    };
    expect(collapsed(other, back)).toEqual(['SCAN_FAIL', 4, [1, 1], false, false, 2]);
  });

  test('does nothing where the file has no page any more', () => {
    const pages: (Page | null)[] = [];
    const seen = collapsed(
      ({ memory }) => {
        pages.push(...memory.files[0]!.pages);
        for (const index of [0, 1]) memory.files[0]!.store(index, null);
      },
      ({ memory }) => {
        for (const index of [0, 1]) memory.files[0]!.store(index, pages[index]!);
      },
    );
    expect(seen).toEqual(['SCAN_PAGE_NULL', 4, [1, 1], false, false, 2]);
  });

  // Else a truncation that has found an entry before would unmap the page once more (v6.6).
  test('clears the entries if others may still use the table', () => {
    const entries: bigint[] = [];
    const tables: PageTable[] = [];
    collapsed(
      ({ mm }) => tables.push(walkToPte(mm, START)!.table),
      () => entries.push(...[...tables[0]!.entries].map((ptep) => ptep.read())),
    );
    expect(entries.every((entry) => entry === 0n)).toBe(form === V6_6);
  });

  test('tells MMU notifiers, since v6.1', () => {
    let told: readonly unknown[] = [];
    let end = 0;
    collapsed((system) => {
      end = START + system.memory.hpagePmdSize;
      const now = notified(system.mm, () => system.arch.pmdNone(walkToPmd(system.mm, START)!.pmd));
      // The explorer sets the program up again to run its threads in another order.
      if (told.length === 0) told = now;
    });
    // The thread is run more than once.
    expect(told.slice(0, 2)).toEqual(
      form === V6_0
        ? []
        : [
            ['start', START, end, false],
            ['end', START, end, true],
          ],
    );
  });

  // In v6.1 nobody else can change them.
  test.runIf(form === V6_6)(
    'looks again at entries that may have changed while the notifiers were told',
    () => {
      const seen = collapsed(
        (system, head) => {
          mmuNotifierRegister(system.mm, {
            invalidateRangeStart: () => {
              setEntry(system, 1, head);
            },
          });
        },
        (system, head) => {
          setEntry(system, 1, system.memory.pageAt(head.pfn + 1));
        },
      );
      expect(seen).toEqual(['SCAN_FAIL', 4, [1, 1], false, false, 2]);
    },
  );

  /** Whether the table may be taken out while another holds a lock. @param body of the other, under its lock */
  function isTakenOutUnder(
    lock: (system: System, body: () => boolean) => boolean,
  ): readonly unknown[] {
    let isTakenOut = false;
    const { verdict, error } = explored((system) => {
      const { arch, khugepaged, machine, mm } = system;
      machine.boot(() => mappedFile(system));
      const isThere = (): boolean => arch.pmdPresent(walkToPmd(mm, START)!.pmd);
      machine.cpu(0).run('other', () => lock(system, () => isThere() && !isThere()));
      machine.cpu(1).run('khugepaged', () => khugepaged.collapsePteMappedThp(mm, START));
      return ({ other }) => {
        isTakenOut ||= other as boolean;
      };
    }, rewire);
    return [verdict, error, isTakenOut];
  }

  // To v6.0 by mistake: 8d3c106e19e8. Since v6.6 the table is freed after a grace period.
  test('keeps walks of the reverse mapping out, or not', () => {
    const seen = isTakenOutUnder(({ memory }, body) => {
      const { iMmapRwsem } = memory.files[0]!;
      downRead(iMmapRwsem);
      const went = body();
      upRead(iMmapRwsem);
      return went;
    });
    expect(seen).toEqual(['verified', undefined, form !== V6_1]);
  });

  // Not in v6.1: 8d3c106e19e8 relies on i_mmap_rwsem and mmap_lock.
  test('takes the table out under pmd_lock(), or not', () => {
    const seen = isTakenOutUnder(({ mm }, body) => {
      pmdLock(mm);
      const went = body();
      pmdUnlock(mm);
      return went;
    });
    expect(seen).toEqual(['verified', undefined, form === V6_1]);
  });

  // 1043173eb5eb: under the lock of the table, which pte_free_defer() leaves to whoever waits for it. Before,
  // nobody is kept from it but by mmap_lock and i_mmap_rwsem.
  test.runIf(form === V6_6)('leaves the table to whoever has found it, and has its lock', () => {
    const seen = isTakenOutUnder(({ mm }, body) => {
      rcuReadLock();
      const walk = walkToPte(mm, START);
      let went = false;
      if (walk !== undefined) {
        spinLock(walk.table.ptl);
        went = body();
        spinUnlock(walk.table.ptl);
      }
      rcuReadUnlock();
      return went;
    });
    expect(seen).toEqual(['verified', undefined, false]);
  });
});

// tlb_remove_table_sync_one(), v6.1 (2ba99c5e0881).
test.each<[string, (wiring: Wiring) => void, boolean]>([
  ['to v6.0', () => undefined, true],
  ['since v6.1', (wiring) => void wiring.override(COLLAPSE_SYNC, SyncTableWalks), false],
])('the table may be gone under a walk with interrupts off: %s', (_, rewire, expected) => {
  let isGone = false;
  const { verdict, error } = explored((system) => {
    const { arch, khugepaged, machine, mm } = system;
    Object.assign(arch, { hasRcuTableFree: true });
    machine.boot(() => mappedFile(system));
    machine.cpu(0).run('walk', () => {
      localIrqSave();
      const walk = walkToPte(mm, START);
      const went = walk?.table.isStillOf(walk.pmdp) === false;
      localIrqRestore();
      return went;
    });
    machine.cpu(1).run('khugepaged', () => khugepaged.collapsePteMappedThp(mm, START));
    return ({ walk }) => {
      isGone ||= walk as boolean;
    };
  }, rewire);
  expect([verdict, error, isGone]).toEqual(['verified', undefined, expected]);
});
