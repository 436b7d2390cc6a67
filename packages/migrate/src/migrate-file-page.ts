import { defineKernelFunction, smpWmb, spinLock, spinUnlock } from '@pagerace/machine';
import {
  type AddressSpace,
  ClearPageActive,
  ClearPageDirty,
  ClearPageSwapCache,
  ClearPageUnevictable,
  getPage,
  type Page,
  PageActive,
  PageChecked,
  PageDirty,
  PagePrivate,
  pageRefFreeze,
  pageRefUnfreeze,
  PageReferenced,
  PageSwapBacked,
  PageSwapCache,
  PageUnevictable,
  PageUptodate,
  PageWorkingset,
  SetPageActive,
  SetPageChecked,
  SetPageDirty,
  SetPageReferenced,
  SetPageSwapBacked,
  SetPageUnevictable,
  SetPageUptodate,
  SetPageWorkingset,
} from '@pagerace/page-model';

const file = 'mm/migrate.c';

/** expected_page_refs() of a file's page: the isolation, the page cache, and the file system's own. */
export function expectedPageRefs(page: Page): number {
  return PagePrivate(page) ? 3 : 2;
}

/**
 * folio_migrate_mapping() of a file's page: the new page takes its place in the page cache. Hold both page locks.
 *
 * @returns false for -EAGAIN: somebody else refers to the page, for DMA or not
 */
export const migratePageMoveMapping = defineKernelFunction(
  file,
  'folio_migrate_mapping',
  (mapping: AddressSpace, newPage: Page, page: Page): boolean => {
    const expected = expectedPageRefs(page);
    spinLock(mapping.pagesLock);
    if (!pageRefFreeze(page, expected)) {
      spinUnlock(mapping.pagesLock);
      return false;
    }
    const index = page.index.read();
    newPage.index.write(index);
    newPage.mapping.write(mapping);
    // The reference of the page cache.
    getPage(newPage);
    if (PageSwapBacked(page)) SetPageSwapBacked(newPage);
    // While the old page is frozen and the new one cannot be found, nobody makes either dirty.
    if (PageDirty(page)) {
      ClearPageDirty(page);
      SetPageDirty(newPage);
    }
    mapping.store(index, newPage);
    pageRefUnfreeze(page, expected - 1);
    spinUnlock(mapping.pagesLock);
    return true;
  },
);

/** folio_migrate_copy(). */
export const migratePageCopy = defineKernelFunction(
  file,
  'folio_migrate_copy',
  (newPage: Page, page: Page): void => {
    newPage.contents.copyFrom(page.contents);
    folioMigrateFlags(newPage, page);
  },
);

const folioMigrateFlags = defineKernelFunction(
  file,
  'folio_migrate_flags',
  (newPage: Page, page: Page): void => {
    if (PageReferenced(page)) SetPageReferenced(newPage);
    if (PageUptodate(page)) {
      // folio_mark_uptodate(): the contents are there before the entry that leads to them.
      smpWmb('folio_mark_uptodate');
      SetPageUptodate(newPage);
    }
    if (PageActive(page)) {
      ClearPageActive(page);
      SetPageActive(newPage);
    } else if (PageUnevictable(page)) {
      ClearPageUnevictable(page);
      SetPageUnevictable(newPage);
    }
    if (PageWorkingset(page)) SetPageWorkingset(newPage);
    if (PageChecked(page)) SetPageChecked(newPage);
    if (PageDirty(page)) SetPageDirty(newPage);
    if (PageSwapCache(page)) ClearPageSwapCache(page);
    if (page.private.read() !== 0) page.private.write(0);
  },
);

/** migrate_page(), the migratepage() of file systems that keep nothing of their own for a page. */
export const migrateFilePage = defineKernelFunction(
  file,
  'migrate_page',
  (mapping: AddressSpace, newPage: Page, page: Page): boolean => {
    if (!migratePageMoveMapping(mapping, newPage, page)) return false;
    migratePageCopy(newPage, page);
    return true;
  },
);

/** fallback_migrate_page(), of file systems without migratepage(): a dirty page stays. */
export const fallbackMigratePage = defineKernelFunction(
  file,
  'fallback_migrate_page',
  (mapping: AddressSpace, newPage: Page, page: Page): boolean => {
    if (PageDirty(page)) return false;
    if (PagePrivate(page) && mapping.aOps.releasepage?.(page) === false) return false;
    return migrateFilePage(mapping, newPage, page);
  },
);
