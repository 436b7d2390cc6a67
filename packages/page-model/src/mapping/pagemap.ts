import {
  bitLock,
  bitTrylock,
  bitUnlock,
  defineKernelFunction,
  spinLock,
  spinUnlock,
  VM_BUG_ON,
  waitEvent,
} from '@pagerace/machine';
import type { AddressSpace } from './address-space.js';
import { pageMapped } from '../page/mapcount.js';
import { getPage, putPage } from '../page/page-references.js';
import { PageDirty } from '../page/page-flags.js';
import { pageRefFreeze, pageRefUnfreeze } from '../page/page-ref.js';
import type { Page } from '../page/page.js';

const file = 'include/linux/pagemap.h';

/** lock_page(): sleeps until the page is unlocked, and locks it. Acquires. */
export const lockPage = defineKernelFunction(file, 'lock_page', (page: Page): void => {
  bitLock(page.lock);
});

/** trylock_page(): acquires on success, orders nothing on failure. @returns whether it did */
export const trylockPage = defineKernelFunction(file, 'trylock_page', (page: Page): boolean =>
  bitTrylock(page.lock),
);

/** unlock_page(). Releases. */
export const unlockPage = defineKernelFunction(
  'mm/filemap.c',
  'unlock_page',
  (page: Page): void => {
    bitUnlock(page.lock);
  },
);

/** wait_on_page_locked(): sleeps until the page is unlocked. */
export const waitOnPageLocked = defineKernelFunction(
  file,
  'wait_on_page_locked',
  (page: Page): void => {
    waitEvent(page.lock.bit, (bit) => bit === 0);
  },
);

/** wait_on_page_writeback(). */
export const waitOnPageWriteback = defineKernelFunction(
  'mm/page-writeback.c',
  'wait_on_page_writeback',
  (page: Page): void => {
    waitEvent(page.flags.bit('writeback'), (bit) => bit === 0);
  },
);

/**
 * find_lock_page(): the page of the cache at an index, locked and with a reference. The kernel takes the
 * reference without i_pages' lock, and tries again if the page was frozen or replaced; with the lock it
 * needs to try once.
 *
 * @returns undefined if there is none
 */
export const findLockPage = defineKernelFunction(
  'mm/filemap.c',
  'find_lock_page',
  (mapping: AddressSpace, index: number): Page | undefined => {
    for (;;) {
      spinLock(mapping.pagesLock);
      const page = mapping.pageAt(index);
      if (page !== null) getPage(page);
      spinUnlock(mapping.pagesLock);
      if (page === null) return undefined;
      lockPage(page.head);
      // While it was waited for it may have been replaced.
      if (page.head.mapping.read() === mapping) return page;
      unlockPage(page.head);
      putPage(page);
    }
  },
);

/**
 * add_to_page_cache_locked(): puts a locked page into the page cache, which takes a reference.
 *
 * @returns false if the index has a page already
 */
export const addToPageCache = defineKernelFunction(
  'mm/filemap.c',
  'add_to_page_cache_locked',
  (page: Page, mapping: AddressSpace, index: number): boolean => {
    getPage(page);
    page.mapping.write(mapping);
    page.index.write(index);
    spinLock(mapping.pagesLock);
    const isFree = mapping.pageAt(index) === null;
    if (isFree) mapping.store(index, page);
    spinUnlock(mapping.pagesLock);
    if (isFree) return true;
    page.mapping.write(null);
    // Leaves page->index: others may still look at it.
    putPage(page);
    return false;
  },
);

/**
 * __remove_mapping() of a file's page: takes out a page that only the page cache and the caller refer to. Hold
 * the page lock. @returns whether it did; then the page has no reference left
 */
export function removeFromPageCache(page: Page, mapping: AddressSpace): boolean {
  spinLock(mapping.pagesLock);
  const isFrozen = pageRefFreeze(page, 2);
  // That the page is still clean is asked after that, as whoever makes it dirty does so before he gives his
  // reference back.
  const isRemoved = isFrozen && !PageDirty(page);
  if (isRemoved) deleteFromPageCache(page, mapping);
  else if (isFrozen) pageRefUnfreeze(page, 2);
  spinUnlock(mapping.pagesLock);
  return isRemoved;
}

/** __delete_from_page_cache(). Hold i_pages' lock and the page lock. The reference of the page cache is the caller's now. */
export const deleteFromPageCache = defineKernelFunction(
  'mm/filemap.c',
  '__delete_from_page_cache',
  (page: Page, mapping: AddressSpace): void => {
    VM_BUG_ON(pageMapped(page), `${page.name} leaves ${mapping.name} while it is mapped`);
    const index = page.index.read();
    mapping.store(index, null);
    mapping.clearTags(index);
    page.mapping.write(null);
  },
);
