import type { Wiring } from '@pagerace/di';
import { choose } from '@pagerace/explorer';
import { localIrqRestore, localIrqSave } from '@pagerace/machine';
import {
  ClearPageLRU,
  getPage,
  hugeSubpage,
  isolateLruPage,
  lruAddDrain,
  lockPage,
  PageLocked,
  PageLRU,
  pageCount,
  pageMapcount,
  type Page,
  putbackLruPage,
  putPage,
  SetPageLRU,
  swpEntry,
  unlockPage,
  Mm,
  walkToPmd,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { prepareChild } from '@pagerace/fork';
import { describe, expect, test } from 'vitest';
import { COLLAPSE_COPYING, COLLAPSE_SYNC, SyncTableWalks } from '../src/index.js';
import { explored, exploredWeakly, once, type System } from './system.js';

/** Whether the process has the pages that it had, in the table that it had. */
function isAsBefore({ mapped, mm, memory, arch }: System): boolean {
  const above = walkToPmd(mm, 0)!;
  return (
    !arch.pmdTransHuge(above.pmd) &&
    memory.pageTableAt(arch.tablePfn(above.pmd)) === walkToPte(mm, 0)!.table &&
    [0, 0x10].every((address) => mapped(address)?.isHuge === false && !PageLocked(mapped(address)!))
  );
}

describe('collapse', () => {
  test('copies the pages into a huge one and frees them', () => {
    const seen = once((system) => {
      const { khugepaged, mapped, memory, mm, user } = system;
      const before = [mapped(0)!, mapped(0x10)!];
      const result = khugepaged.hpageCollapseScanPmd(mm, 0);
      lruAddDrain(memory);
      return [
        result,
        mapped(0)!.name,
        mapped(0x10)!.name,
        user.userRead(mm, 0),
        user.userRead(mm, 0x10),
        before.map((page) => [pageCount(page), pageMapcount(page)]),
      ];
    });
    expect(seen).toEqual([
      'SCAN_SUCCEED',
      'huge16',
      'huge16[1]',
      1,
      2,
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  test('maps the huge page writable and dirty, once', () => {
    const seen = once(({ arch, khugepaged, memory, mm }) => {
      khugepaged.collapseHugePage(mm, 0);
      const pte = arch.pmdPte(walkToPmd(mm, 0)!.pmd);
      const head = memory.pageAt(arch.ptePfn(pte));
      return [
        arch.pteWrite(pte),
        arch.pteDirty(pte),
        head.compoundMapcount.read(),
        pageCount(head),
      ];
    });
    expect(seen).toEqual([true, true, 0, 1]);
  });

  test('makes zeros of what was never touched, and of the zero page', () => {
    const seen = once(({ khugepaged, mm, user }) => {
      user.userWrite(mm, 0x40, 3);
      const none = khugepaged.collapseHugePage(mm, 0x40);
      return [none, user.userRead(mm, 0x40), user.userRead(mm, 0x50)];
    });
    expect(seen).toEqual(['SCAN_PAGE_COUNT', 3, 0]);
    const drained = once(({ khugepaged, memory, mm, user }) => {
      user.userWrite(mm, 0x40, 3);
      user.userRead(mm, 0x50);
      lruAddDrain(memory);
      const result = khugepaged.collapseHugePage(mm, 0x40);
      return [result, user.userRead(mm, 0x40), user.userRead(mm, 0x50)];
    });
    expect(drained).toEqual(['SCAN_SUCCEED', 3, 0]);
  });

  test.each([
    [true, [1, 0]],
    [false, [1, 1]],
  ])('lets go of pages one by one: %s', (isPageByPage, expected) => {
    let mapped: readonly number[] = [];
    const { verdict } = explored(
      ({ khugepaged, machine, memory, mapped: at, mm }) => {
        const pages = [at(0)!, at(0x10)!];
        machine.boot(() => {
          const { contents } = memory.pageAt(memory.hugePages[0]!.pfn + 1);
          const { copyFrom } = contents;
          contents.copyFrom = (from) => {
            mapped = pages.map((page) => pageMapcount(page)).reverse();
            copyFrom.call(contents, from);
          };
          khugepaged.collapseHugePage(mm, 0);
        });
        // A program without an operation of a thread would be vacuous.
        machine.agent('nobody').run(() => choose(1));
        return undefined;
      },
      (wiring) => void wiring.overrideValue(COLLAPSE_COPYING, { isPageByPage }),
    );
    expect([verdict, mapped]).toEqual(['verified', expected]);
  });

  test('gives up on a page that somebody refers to, and leaves all as it was', () => {
    let held: Page | undefined;
    const seen = once(
      (system) => {
        held = system.mapped(0x10)!;
        getPage(held);
        const result = system.khugepaged.collapseHugePage(system.mm, 0);
        lruAddDrain(system.memory);
        return [result, isAsBefore(system), system.user.userRead(system.mm, 0)];
      },
      () => new Map([[held!, 1]]),
    );
    expect(seen).toEqual(['SCAN_PAGE_COUNT', true, 1]);
  });

  test.each<[string, (system: System, page: Page) => void, (page: Page) => void, string]>([
    ['is locked', (_, page) => lockPage(page), unlockPage, 'SCAN_PAGE_LOCK'],
    [
      'is on no LRU list',
      (_, page) => {
        // Its isolation is over as far as the reference goes.
        isolateLruPage(page);
        page._refcount.fetchAdd(-1);
      },
      (page) => {
        page._refcount.fetchAdd(1);
        putbackLruPage(page);
      },
      'SCAN_DEL_PAGE_LRU',
    ],
  ])('gives up on a page that %s', (_, before, after, expected) => {
    const seen = once((system) => {
      const page = system.mapped(0x10)!;
      before(system, page);
      const result = system.khugepaged.collapseHugePage(system.mm, 0);
      after(page);
      lruAddDrain(system.memory);
      return [result, isAsBefore(system)];
    });
    expect(seen).toEqual([expected, true]);
  });

  /** Collapses the range, and has the huge page mapped page by page: its second page, or both. */
  function splitHugePage(
    { arch, fork, khugepaged, mapped, memory, mm, vma }: System,
    both: boolean,
  ) {
    khugepaged.collapseHugePage(mm, 0);
    const head = mapped(0)!;
    if (both) getPage(head);
    // A part of the huge page is unmapped, which splits the entry.
    fork.zapPage(mm, 0);
    if (!both) return head;
    withPteLocked(mm, 0, (ptep) => {
      arch.setPteAt(mm, 0, ptep, arch.pteMkwrite(arch.mkPte(head, vma.vmPageProt)));
    });
    head._mapcount.fetchAdd(1);
    lruAddDrain(memory);
    return head;
  }

  test.each([
    [false, 0],
    [true, 1],
  ])('copies a huge page that is mapped page by page, all of it: %s', (both, first) => {
    const seen = once((system) => {
      const { khugepaged, mapped, memory, mm, user } = system;
      const old = splitHugePage(system, both);
      const result = khugepaged.hpageCollapseScanPmd(mm, 0);
      const freed = memory.allocator.free.includes(old);
      const read = [user.userRead(mm, 0), user.userRead(mm, 0x10)];
      return [result, mapped(0) !== old, freed, PageLocked(old), read];
    });
    expect(seen).toEqual(['SCAN_SUCCEED', true, true, false, [first, 2]]);
  });

  test.each(['locked', 'referenced', 'off the LRU'])(
    'leaves alone a huge page, mapped page by page, that is %s',
    (how) => {
      const seen = once((system) => {
        const { khugepaged, mapped, mm } = system;
        const head = splitHugePage(system, true);
        if (how === 'locked') lockPage(head);
        if (how === 'referenced') getPage(mapped(0x10)!);
        if (how === 'off the LRU') ClearPageLRU(head);
        const result = khugepaged.collapseHugePage(mm, 0);
        if (how === 'locked') unlockPage(head);
        if (how === 'referenced') putPage(head);
        if (how === 'off the LRU') SetPageLRU(head);
        return [result, mapped(0) === head, PageLRU(head), PageLocked(head)];
      });
      const why = { locked: 'LOCK', referenced: 'COUNT', 'off the LRU': 'DEL_PAGE_LRU' }[how]!;
      expect(seen).toEqual([
        `SCAN_${why.startsWith('DEL') ? '' : 'PAGE_'}${why}`,
        true,
        true,
        false,
      ]);
    },
  );

  test('gives up on an entry in swap before it looks for its page', () => {
    const seen = once(({ arch, khugepaged, mm }) => {
      let entry = arch.none;
      withPteLocked(mm, 0x10, (ptep) => {
        entry = ptep.read();
        arch.setPteAt(mm, 0x10, ptep, arch.swpEntryToPte(swpEntry(1, 999)));
      });
      const result = khugepaged.collapseHugePage(mm, 0);
      withPteLocked(mm, 0x10, (ptep) => arch.setPteAt(mm, 0x10, ptep, entry));
      return result;
    });
    expect(seen).toBe('SCAN_PTE_NON_PRESENT');
  });

  test('gives up if no page may be written to, or too many are shared', () => {
    const seen = once((system) => {
      const { config, fork, khugepaged, machine, memory, mm, user } = system;
      const child = new Mm(memory, 'child', [machine.cpu(1)]);
      prepareChild(mm, child);
      fork.dupMmap(mm, child);
      const readOnly = khugepaged.collapseHugePage(mm, 0);
      user.userWrite(mm, 0x10, 9);
      lruAddDrain(memory);
      config.maxPtesShared = 0;
      const shared = khugepaged.collapseHugePage(mm, 0);
      config.maxPtesShared = 1;
      lruAddDrain(memory);
      const allowed = khugepaged.collapseHugePage(mm, 0);
      return [readOnly, shared, allowed, user.userRead(child, 0), user.userRead(mm, 0x10)];
    });
    expect(seen).toEqual(['SCAN_PAGE_RO', 'SCAN_EXCEED_SHARED_PTE', 'SCAN_SUCCEED', 1, 9]);
  });

  test('gives up where there are more empty entries than allowed', () => {
    const seen = once(({ config, khugepaged, memory, mm, user }) => {
      user.userWrite(mm, 0x40, 3);
      lruAddDrain(memory);
      config.maxPtesNone = 0;
      return khugepaged.collapseHugePage(mm, 0x40);
    });
    expect(seen).toBe('SCAN_EXCEED_NONE_PTE');
  });

  test('gives up where a huge page or nothing is mapped, or no range is that long', () => {
    const seen = once(({ khugepaged, mm }) => [
      khugepaged.collapseHugePage(mm, 0),
      khugepaged.collapseHugePage(mm, 0),
      khugepaged.collapseHugePage(mm, 0x40),
      khugepaged.collapseHugePage(mm, 0x50),
    ]);
    expect(seen).toEqual(['SCAN_SUCCEED', 'SCAN_PMD_MAPPED', 'SCAN_PMD_NULL', 'SCAN_VMA_NULL']);
  });

  test('tells the notifiers before and after, with nothing mapped when it ends', () => {
    const seen = once(({ arch, khugepaged, mm }) => {
      const told = notified(mm, () => arch.pmdNone(walkToPmd(mm, 0)!.pmd));
      khugepaged.collapseHugePage(mm, 0);
      return told;
    });
    expect(seen).toEqual([
      ['start', 0, 0x40, false],
      ['end', 0, 0x40, true],
    ]);
  });

  // A store is kept apart from the collapse by the flush, which the toy machine does not have.
  test('comes between loads of user space unseen', () => {
    const { verdict, executions } = explored(({ khugepaged, machine, mm, user }) => {
      machine.cpu(0).run('user', () => [user.userRead(mm, 0x10), user.userRead(mm, 0)]);
      machine.cpu(1).run('khugepaged', () => khugepaged.collapseHugePage(mm, 0));
      return (results) => {
        expect(results.user).toEqual([2, 1]);
        expect(results.khugepaged).toBe('SCAN_SUCCEED');
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(1);
  });

  // collapse_huge_page(), mm/khugepaged.c: the barrier of __SetPageUptodate() makes the copies visible before the
  // set_pmd_at(). The last page is zeros, behind which no lock is given back.
  test('shows no CPU the huge page before its contents', () => {
    const { verdict, violations } = exploredWeakly((system) => {
      const { arch, fork, khugepaged, machine, memory, mm } = system;
      machine.boot(() => fork.zapPage(mm, 0x10));
      machine.cpu(0).run('khugepaged', () => khugepaged.collapseHugePage(mm, 0));
      machine.cpu(1).run('reader', () => {
        const { pmd } = walkToPmd(mm, 0x10)!;
        return arch.pmdTransHuge(pmd) ? hugeSubpage(memory, pmd, 0x10).contents.load(0) : 0;
      });
      return (results) => {
        expect(results).toEqual({ khugepaged: 'SCAN_SUCCEED', reader: 0 });
      };
    });
    expect([verdict, violations]).toEqual(['verified', []]);
  });

  // tlb_remove_table_sync_one(), v6.1 (2ba99c5e0881).
  test.each<[string, (wiring: Wiring) => void, boolean]>([
    ['to v6.0', () => undefined, true],
    ['since v6.1', (wiring) => void wiring.override(COLLAPSE_SYNC, SyncTableWalks), false],
  ])('may empty a table under a walk with interrupts off: %s', (_, rewire, expected) => {
    let isEmptied = false;
    const { verdict, error } = explored(({ arch, khugepaged, machine, mm }) => {
      Object.assign(arch, { hasRcuTableFree: true });
      machine.cpu(0).run('walk', () => {
        localIrqSave();
        const walk = walkToPte(mm, 0);
        const went = walk !== undefined && arch.pteNone(arch.ptepGet(walk.ptep));
        localIrqRestore();
        return went;
      });
      machine.cpu(1).run('khugepaged', () => khugepaged.collapseHugePage(mm, 0));
      return ({ walk }) => {
        isEmptied ||= walk as boolean;
      };
    }, rewire);
    expect([verdict, error, isEmptied]).toEqual(['verified', undefined, expected]);
  });
});
