import { bitLock, bitTrylock, bitUnlock, defineKernelFunction, waitEvent } from '@pagerace/machine';
import type { Page } from './page.js';

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

/** wait_on_page_writeback(). */
export const waitOnPageWriteback = defineKernelFunction(
  'mm/page-writeback.c',
  'wait_on_page_writeback',
  (page: Page): void => {
    waitEvent(page.flags.bit('writeback'), (bit) => bit === 0);
  },
);
