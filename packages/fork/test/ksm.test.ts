import { KSM, KSM_REUSE_RULE, ReuseKsmPage } from '@pagerace/ksm';
import {
  auditReferences,
  getPage,
  lockPage,
  lruAddDrain,
  mappedPage,
  Mm,
  type Page,
  pageCount,
  PageKsm,
  pageMapcount,
  putPage,
  unlockPage,
  VM_READ,
  VM_WRITE,
  walkToPte,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { type Fork, FORK, prepareChild } from '../src/index.js';
import { once, type System } from './system.js';
import type { Wiring } from '@pagerace/di';

interface Family {
  readonly mms: readonly [parent: Mm, other: Mm, child: Mm];
  readonly page: Page;
}

/** A KSM page of two processes, one of which has forked since. */
function family({ machine, memory, mm, user }: System, fork: Fork, wiring: Wiring): Family {
  const other = new Mm(memory, 'other', [machine.cpu(1)]);
  const child = new Mm(memory, 'child', [machine.cpu(1)]);
  for (const one of [mm, other]) {
    one.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
    user.userWrite(one, 0, 7);
  }
  lruAddDrain(memory);
  const item = { mm, address: 0 };
  expect(wiring.get(KSM).cmpAndMergePage(item, { mm: other, address: 0 })).toBe(true);
  prepareChild(mm, child);
  fork.dupMmap(mm, child);
  return { mms: [mm, other, child], page: mappedPage(mm, 0)! };
}

function withFamily<T>(
  body: (system: System, family: Family, fork: Fork) => T,
  rewire?: (wiring: Wiring) => void,
): T {
  let wiring: Wiring | undefined;
  return once(
    (system) => {
      const made = family(system, wiring!.get(FORK), wiring!);
      const result = body(system, made, system.fork);
      auditReferences(system.memory);
      return result;
    },
    undefined,
    {
      rewire: (one) => {
        wiring = one;
        rewire?.(one);
      },
    },
  );
}

test('a child maps a KSM page as its parent does, and a write gives it a page of its own', () => {
  withFamily(({ user }, { mms, page }) => {
    expect(mms.map((one) => mappedPage(one, 0))).toEqual([page, page, page]);
    expect([pageCount(page), pageMapcount(page), PageKsm(page)]).toEqual([3, 3, true]);
    user.userWrite(mms[2], 0, 8);
    expect(mms.map((one) => user.userRead(one, 0))).toEqual([7, 7, 8]);
    expect(mappedPage(mms[0], 0)).toBe(page);
  });
});

// mm/ksm.c:rmap_walk_ksm(): search_new_forks.
test('a KSM page is unmapped in a child that was forked since it was merged, too', () => {
  withFamily(({ arch, rmap, swap }, { mms, page }) => {
    swap.swapon({ pages: 1 });
    getPage(page);
    lockPage(page);
    swap.addToSwap(page);
    rmap.tryToUnmap(page, {});
    expect(pageMapcount(page)).toBe(0);
    const entries = mms.map((mm) => walkToPte(mm, 0)!.ptep.read());
    expect(entries.map((pte) => arch.isSwapPte(pte))).toEqual([true, true, true]);
    unlockPage(page);
    putPage(page);
  });
});

// mm/ksm.c:reuse_ksm_page(), v5.1 to v5.8.
test('a KSM page that nobody else maps any more is written to, and an ordinary one again', () => {
  withFamily(
    ({ user }, { mms: [mm, other, child], page }, fork) => {
      fork.exitMmap(other);
      fork.exitMmap(child);
      user.userWrite(mm, 0, 8);
      expect([mappedPage(mm, 0), PageKsm(page), user.userRead(mm, 0)]).toEqual([page, false, 8]);
    },
    (wiring) => void wiring.override(KSM_REUSE_RULE, ReuseKsmPage),
  );
});
