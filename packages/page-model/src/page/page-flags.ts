import { unmerged } from '@pagerace/history';
import {
  type Bit,
  clearBit,
  defineKernelFunction,
  setBit,
  smpWmb,
  testAndClearBit,
  testAndSetBit,
  testBit,
} from '@pagerace/machine';
import type { Page, PageFlag } from './page.js';

// include/linux/page-flags.h: SetPageX() and ClearPageX() are unordered, the test-and forms are fully
// ordered. A name differs from that of a function by its capital, as in the kernel: SetPageDirty() sets
// the bit, set_page_dirty() does all that goes with it.

const file = 'include/linux/page-flags.h';

interface PageFlagOperations {
  readonly test: (page: Page) => boolean;
  readonly set: (page: Page) => void;
  readonly clear: (page: Page) => void;
  readonly testSet: (page: Page) => boolean;
  readonly testClear: (page: Page) => boolean;
}

/** PF_ANY: each page of a huge one has the flag by itself. All others are PF_HEAD. */
const ofAnyPage: readonly PageFlag[] = ['anon_exclusive', 'dma_pinned'];

function pageFlag(macro: string, flag: PageFlag): PageFlagOperations {
  const isOfAny = ofAnyPage.includes(flag);
  const on =
    <T>(operation: (bit: Bit) => T) =>
    (page: Page): T =>
      operation((isOfAny ? page : page.head).flags.bit(flag));
  const define = <T>(prefix: string, operation: (bit: Bit) => T) =>
    defineKernelFunction(file, `${prefix}Page${macro}`, on(operation));
  return {
    test: define('', testBit),
    set: define('Set', setBit),
    clear: define('Clear', clearBit),
    testSet: define('TestSet', (bit) => testAndSetBit(bit)),
    testClear: define('TestClear', (bit) => testAndClearBit(bit)),
  };
}

export const { test: PageLocked } = pageFlag('Locked', 'locked');
export const {
  test: PageReferenced,
  set: SetPageReferenced,
  clear: ClearPageReferenced,
  testClear: TestClearPageReferenced,
} = pageFlag('Referenced', 'referenced');
export const {
  test: PageUptodate,
  set: SetPageUptodate,
  clear: ClearPageUptodate,
} = pageFlag('Uptodate', 'uptodate');
/** __SetPageUptodate(): of a new page, whose contents are to be there before the entry that leads to them. */
export const __SetPageUptodate = defineKernelFunction(
  file,
  '__SetPageUptodate',
  (page: Page): void => {
    smpWmb();
    SetPageUptodate(page);
  },
);
export const {
  test: PageDirty,
  set: SetPageDirty,
  clear: ClearPageDirty,
  testSet: TestSetPageDirty,
  testClear: TestClearPageDirty,
} = pageFlag('Dirty', 'dirty');
export const {
  test: PageLRU,
  set: SetPageLRU,
  clear: ClearPageLRU,
  testClear: TestClearPageLRU,
} = pageFlag('LRU', 'lru');
export const {
  test: PageActive,
  set: SetPageActive,
  clear: ClearPageActive,
  testClear: TestClearPageActive,
} = pageFlag('Active', 'active');
export const {
  test: PageWorkingset,
  set: SetPageWorkingset,
  clear: ClearPageWorkingset,
} = pageFlag('Workingset', 'workingset');
export const {
  test: PageWriteback,
  testSet: TestSetPageWriteback,
  testClear: TestClearPageWriteback,
} = pageFlag('Writeback', 'writeback');
export const {
  test: PageReclaim,
  set: SetPageReclaim,
  clear: ClearPageReclaim,
  testClear: TestClearPageReclaim,
} = pageFlag('Reclaim', 'reclaim');
export const {
  test: PageSwapBacked,
  set: SetPageSwapBacked,
  clear: ClearPageSwapBacked,
} = pageFlag('SwapBacked', 'swapbacked');
export const {
  test: PageUnevictable,
  set: SetPageUnevictable,
  clear: ClearPageUnevictable,
  testClear: TestClearPageUnevictable,
} = pageFlag('Unevictable', 'unevictable');
export const {
  test: PageMlocked,
  set: SetPageMlocked,
  clear: ClearPageMlocked,
} = pageFlag('Mlocked', 'mlocked');
export const {
  test: PageSwapCache,
  set: SetPageSwapCache,
  clear: ClearPageSwapCache,
} = pageFlag('SwapCache', 'swapcache');
/** A file system keeps something for the page, such as its buffers, and has a reference to it. */
export const {
  test: PagePrivate,
  set: SetPagePrivate,
  clear: ClearPagePrivate,
} = pageFlag('Private', 'private');
/** A flag that belongs to the file system. */
export const {
  test: PageChecked,
  set: SetPageChecked,
  clear: ClearPageChecked,
} = pageFlag('Checked', 'checked');
export const {
  test: PageAnonExclusive,
  set: SetPageAnonExclusive,
  clear: ClearPageAnonExclusive,
} = pageFlag('AnonExclusive', 'anon_exclusive');
/** Of the patch {@link pageDmaPinned}. On the page itself (PF_ANY), until it is allocated the next time. */
export const { test: PageDmaPinned, set: SetPageDmaPinned } = pageFlag('DmaPinned', 'dma_pinned');

/** Of 16 June 2018: not merged. It is in mm/gup.c and in mm/rmap.c. */
export const pageDmaPinned = unmerged({
  id: 'page-dma-pinned',
  title: '[PATCH 2/2] mm: set PG_dma_pinned on get_user_pages*()',
  url: 'https://lore.kernel.org/all/20180617012510.20139-3-jhubbard@nvidia.com/',
});
