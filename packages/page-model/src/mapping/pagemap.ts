import {
  bitLock,
  bitTrylock,
  bitUnlock,
  defineKernelFunction,
  spinLock,
  spinUnlock,
  waitEvent,
} from '@pagerace/machine';
import type { AddressSpace } from './address-space.js';
import { getPage, putPage } from '../page/page-references.js';
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
