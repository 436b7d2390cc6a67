import {
  auditReferences,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  getPage,
  lockPage,
  PageAnonExclusive,
  pageCount,
  PageDirty,
  PageKsm,
  pageMapcount,
  PageSwapCache,
  pageRefAdd,
  putPage,
  StableNode,
  unlockPage,
} from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { faultsIn, merge, onceIn, pageOf, ptepOf, type System } from './system.js';

const releases = ['v4.12', 'v5.17', 'v5.19', 'v6.15'];

/** Whether each process can write through its entry, and whether that is dirty. */
const entries = ({ arch, mms }: System): readonly (readonly boolean[])[] =>
  mms.map((mm) => {
    const pte = ptepOf(mm).read();
    return [arch.pteWrite(pte), arch.pteDirty(pte)];
  });

const untouched = [
  [true, true],
  [true, true],
];

// mm/ksm.c:try_to_merge_one_page(), read in v4.12, v5.17 and v5.19.
describe.each(releases)('two pages that are alike, on %s', (release) => {
  test('become one, which both map read-only and clean, and nobody alone', () => {
    onceIn(release, (system) => {
      const { memory, mms } = system;
      const [first, second] = mms.map(pageOf);
      expect(merge(system)).toBe(true);
      const page = pageOf(mms[0]);
      expect([page, pageOf(mms[1])]).toEqual([first, first]);
      expect(page.mapping.read()).toBeInstanceOf(StableNode);
      expect(entries(system)).toEqual([
        [false, false],
        [false, false],
      ]);
      expect([pageCount(page), pageMapcount(page)]).toEqual([2, 2]);
      expect(PageDirty(page)).toBe(true);
      expect(PageAnonExclusive(page)).toBe(false);
      expect(second!.allocation.isAllocated).toBe(false);
      auditReferences(memory);
    });
  });

  test('are left as they are if somebody has a reference to the first', () => {
    onceIn(release, (system) => {
      const page = pageOf(system.mms[0]);
      getPage(page);
      const exclusive = PageAnonExclusive(page);
      expect(merge(system)).toBe(false);
      expect(entries(system)).toEqual(untouched);
      expect([PageKsm(page), PageAnonExclusive(page)]).toEqual([false, exclusive]);
    });
  });

  test('are not merged if somebody has a reference to the second; the first is an ordinary one again', () => {
    onceIn(release, (system) => {
      const [first, second] = system.mms.map(pageOf);
      getPage(second!);
      expect(merge(system)).toBe(false);
      expect(faultsIn(system)).toHaveLength(1);
      expect(PageKsm(first!)).toBe(false);
      expect(entries(system)[1]).toEqual([true, true]);
    });
  });
});

test('pages that differ are not merged, though both entries were made read-only', () => {
  onceIn('v5.19', (system) => {
    pageOf(system.mms[1]).contents.writeHalf('hi', 'x');
    expect(merge(system)).toBe(false);
    expect(pageOf(system.mms[0])).not.toBe(pageOf(system.mms[1]));
    expect(entries(system)[1]).toEqual([false, false]);
  });
});

test('a third page is merged with a KSM page', () => {
  onceIn('v5.19', (system) => {
    const { ksm, memory, mms } = system;
    const [one, other] = mms;
    lockPage(pageOf(one));
    expect(merge(system)).toBe(false);
    unlockPage(pageOf(one));
    expect(ksm.tryToMergeOnePage(other.findVma(0)!, pageOf(other), undefined)).toBe(false);
    const page = pageOf(other);
    getPage(page);
    expect(ksm.tryToMergeOnePage(other.findVma(0)!, page, undefined)).toBe(true);
    putPage(page);
    expect(ksm.cmpAndMergePage({ mm: one, address: 0 }, { mm: other, address: 0 })).toBe(true);
    const node = page.mapping.read() as StableNode;
    expect(node.hlist.map(({ mm }) => mm)).toEqual([one]);
    expect(pageOf(one)).toBe(page);
    auditReferences(memory);
  });
});

test('the reference of the swap cache is known', () => {
  onceIn('v5.17', (system) => {
    const { memory, mms, swap } = system;
    const [first, second] = mms.map(pageOf);
    swap.swapon({ pages: 2 });
    for (const page of [first!, second!]) {
      lockPage(page);
      swap.addToSwap(page);
      unlockPage(page);
    }
    expect(merge(system)).toBe(true);
    // replace_page() takes what nobody maps any more out of the swap cache.
    expect(PageSwapCache(first!)).toBe(true);
    expect(second!.allocation.isAllocated).toBe(false);
    auditReferences(memory);
  });
});

// write_protect_page(): since v5.19 an exclusive page is looked at even if its entry is read-only and clean.
test.each([
  ['v5.17', true],
  ['v5.19', false],
])(
  'on %s a referenced page that is mapped read-only and clean is merged: %s',
  (release, merged) => {
    onceIn(release, (system) => {
      const { arch, mms } = system;
      for (const mm of mms) {
        const ptep = ptepOf(mm);
        ptep.write(arch.pteMkclean(arch.pteWrprotect(ptep.read())));
      }
      getPage(pageOf(mms[0]));
      expect(merge(system)).toBe(merged);
    });
  },
);

// page_try_share_anon_rmap(): the pin came between the two looks at the count.
test('an exclusive page that may be pinned keeps its entry, and its mark', () => {
  onceIn('v5.19', (system) => {
    const { rmap, mms } = system;
    const page = pageOf(mms[0]);
    const share = rmap.pageTryShareAnonRmap.bind(rmap);
    rmap.pageTryShareAnonRmap = (one) => {
      pageRefAdd(one, 1024);
      return share(one);
    };
    expect(merge(system)).toBe(false);
    expect([PageKsm(page), PageAnonExclusive(page)]).toEqual([false, true]);
    expect(entries(system)).toEqual(untouched);
  });
});

// replace_page(): pte_same().
test('a page whose entry has changed since it was write-protected is not replaced', () => {
  onceIn('v5.19', (system) => {
    const { arch, ksm, mms } = system;
    const [one, other] = mms;
    const page = pageOf(other);
    getPage(pageOf(one));
    getPage(page);
    expect(ksm.tryToMergeOnePage(one.findVma(0)!, pageOf(one), undefined)).toBe(true);
    const ptep = ptepOf(other);
    let ends = 0;
    notified(other, () => {
      // The end of write_protect_page()'s range.
      if (++ends === 2) ptep.write(arch.pteMkyoung(ptep.read()));
    });
    expect(ksm.tryToMergeOnePage(other.findVma(0)!, page, pageOf(one))).toBe(false);
    expect(pageOf(other)).toBe(page);
  });
});

// break_ksm(): 6cce3314b928, v6.2.
test.each([
  ['v6.1', FAULT_FLAG_WRITE],
  ['v6.2', FAULT_FLAG_UNSHARE],
])('on %s a KSM page is broken by a fault with flags %i', (release, flags) => {
  const taken = onceIn(release, (system) => {
    const { ksm, mms } = system;
    merge(system);
    const vma = mms[0].findVma(0)!;
    ksm.breakKsm(vma, 0);
    ksm.breakKsm(vma, 0);
    return [...faultsIn(system)];
  });
  expect(taken).toEqual([flags]);
});

test('a KSM page is dirty although its entries are clean: reclaim would free it unwritten', () => {
  onceIn('v5.17', (system) => {
    const { arch, mms } = system;
    for (const mm of mms) {
      const ptep = ptepOf(mm);
      ptep.write(arch.pteMkclean(ptep.read()));
    }
    const page = pageOf(mms[0]);
    expect(PageDirty(page)).toBe(false);
    expect(merge(system)).toBe(true);
    expect(PageDirty(page)).toBe(true);
  });
});

test('a dirty bit that is taken from the entry goes to the page, merged or not', () => {
  onceIn('v5.17', (system) => {
    const second = pageOf(system.mms[1]);
    second.contents.writeHalf('lo', 'x');
    expect(PageDirty(second)).toBe(false);
    expect(merge(system)).toBe(false);
    expect(PageDirty(second)).toBe(true);
  });
});
