import {
  getPage,
  lockPage,
  type Page,
  pageCount,
  PageDirty,
  PageKsm,
  pageMapped,
  PageLocked,
  PageUptodate,
  pageRefSub,
  putPage,
  SetPageUptodate,
  StableNode,
  unlockPage,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { KSM_REUSE_RULE, ksmMightNeedToCopy } from '../src/index.js';
import { merge, onceIn, pageOf, ptepOf, type System } from './system.js';

/** Takes the second process's mapping of the KSM page away. */
function unmapSecond({ arch, mms: [, other], rmap }: System): Page {
  const page = pageOf(other);
  ptepOf(other).write(arch.none);
  rmap.pageRemoveRmap(page);
  putPage(page);
  return page;
}

// mm/ksm.c:reuse_ksm_page(), mm/memory.c:do_wp_page(): 52d1e606ee73 (v5.1) to 1a0cf26323c8 (v5.9).
test.each([
  ['v5.0', 'copy', true],
  ['v5.1', 'reuse', false],
  ['v5.8', 'reuse', false],
  ['v5.9', 'copy', true],
  ['v6.15', 'copy', true],
])('on %s a write to a KSM page that one entry maps: %s', (release, fate, isKsm) => {
  onceIn(release, (system) => {
    const { mms, wiring } = system;
    merge(system);
    const vma = mms[0].findVma(0)!;
    const rule = wiring.get(KSM_REUSE_RULE);
    expect(rule.fateOf(pageOf(mms[0]), vma, 0)).toBe('copy');
    const page = unmapSecond(system);
    expect(rule.fateOf(page, vma, 0)).toBe(fate);
    expect(PageKsm(page)).toBe(isKsm);
    if (!isKsm) expect(page.mapping.read()).toBe(vma.anonVma);
    expect(pageCount(page)).toBe(1);
  });
});

test.each<[string, (system: System, page: Page) => void, string]>([
  ['is referred to', (_, page) => getPage(page), 'copy'],
  ['is locked', (_, page) => lockPage(page), 'wait for the page lock'],
  ['has no stable node yet', (_, page) => page.mapping.write(new StableNode([])), 'copy'],
  [
    'is in the swap cache',
    ({ swap }, page) => {
      swap.swapon({ pages: 1 });
      lockPage(page);
      swap.addToSwap(page);
      unlockPage(page);
      pageRefSub(page, 1);
    },
    'copy',
  ],
])('a KSM page that %s is not reused', (_, prepare, fate) => {
  onceIn('v5.8', (system) => {
    merge(system);
    const page = unmapSecond(system);
    prepare(system, page);
    const vma = system.mms[0].findVma(0)!;
    expect(system.wiring.get(KSM_REUSE_RULE).fateOf(page, vma, 0)).toBe(fate);
    expect(PageKsm(page)).toBe(true);
  });
});

// mm/ksm.c:ksm_might_need_to_copy(), read in v5.17.
test.each<[string, (system: System, page: Page) => void, boolean]>([
  ['is of this mapping', () => undefined, false],
  ['was just read in', (_, page) => page.mapping.write(null), false],
  ['is a KSM page', (_, page) => page.mapping.write(new StableNode([item(page)])), false],
  ['is a KSM page without a node', (_, page) => page.mapping.write(new StableNode([])), true],
  [
    'is of another process',
    ({ mms }, page) => page.mapping.write(mms[1].findVma(0)!.anonVma),
    true,
  ],
  ['is of another address', (_, page) => page.index.write(1), true],
])('a page of the swap cache that %s is copied: %o', (_, prepare, isCopied) => {
  onceIn('v5.17', (system) => {
    const page = pageOf(system.mms[0]);
    SetPageUptodate(page);
    prepare(system, page);
    const mapped = ksmMightNeedToCopy(page, system.mms[0].findVma(0)!, 0);
    expect(mapped !== page).toBe(isCopied);
    if (!isCopied) return;
    expect([PageUptodate, PageDirty, PageLocked].map((is) => is(mapped))).toEqual([
      true,
      true,
      true,
    ]);
    expect([pageCount(mapped), mapped.contents.readHalf('lo')]).toEqual([1, '\0']);
  });
});

// mm/ksm.c:rmap_walk_ksm().
test('a KSM page is unmapped wherever it was merged', () => {
  onceIn('v5.19', (system) => {
    const { arch, mms, rmap, swap } = system;
    merge(system);
    const page = pageOf(mms[0]);
    swap.swapon({ pages: 1 });
    getPage(page);
    lockPage(page);
    swap.addToSwap(page);
    rmap.tryToUnmap(page, {});
    expect(pageMapped(page)).toBe(false);
    const marked = mms.map((mm) => arch.pteSwpExclusive(ptepOf(mm).read()));
    expect(marked).toEqual([false, false]);
  });
});

const item = ({ memory }: Page): StableNode['hlist'][number] => ({
  mm: memory.mms[0]!,
  address: 0,
  anonVma: memory.mms[0]!.findVma(0)!.anonVma!,
});
