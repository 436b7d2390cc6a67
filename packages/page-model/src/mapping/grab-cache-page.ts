import { lruCacheAdd } from '../lru/lru.js';
import type { Memory } from '../memory.js';
import { putPage } from '../page/page-references.js';
import { SetPageUptodate } from '../page/page-flags.js';
import type { Page } from '../page/page.js';
import type { AddressSpace } from './address-space.js';
import { addToPageCache, findLockPage, lockPage, unlockPage } from './pagemap.js';

/** What a new page of a file is made of. */
export interface CachePageMaker {
  /** Before others can find the page. */
  prepare?(page: Page): void;
  /** With the page locked, and in the page cache. */
  fill(page: Page): void;
}

/** pagecache_get_page() with FGP_CREAT: the page of an index, locked and with a reference; a new one where there is none. */
export function grabCachePage(
  { allocator }: Memory,
  mapping: AddressSpace,
  index: number,
  maker: CachePageMaker,
): Page {
  for (;;) {
    const found = findLockPage(mapping, index);
    if (found !== undefined) return found;
    const page = allocator.allocPage();
    lockPage(page);
    maker.prepare?.(page);
    if (addToPageCache(page, mapping, index)) {
      lruCacheAdd(page);
      maker.fill(page);
      SetPageUptodate(page);
      return page;
    }
    // Another fault was first: its page is found now.
    unlockPage(page);
    putPage(page);
  }
}
