import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction, spinLock, spinUnlock, VM_BUG_ON } from '@pagerace/machine';
import {
  type AddressSpace,
  getPage,
  lockPage,
  type Page,
  type PagecacheTag,
  PageDirty,
  pageMapping,
  PageWriteback,
  putPage,
  setPageDirty,
  TestClearPageDirty,
  unlockPage,
  waitOnPageWriteback,
  type WritebackSyncMode,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';

export const WRITEBACK = token<Writeback>('writeback.Writeback', {
  providedBy: ['@pagerace/writeback'],
});

/** mm/page-writeback.c and mm/filemap.c, v5.17: who writes the dirty pages of files, and when. */
@injectable()
export class Writeback {
  constructor(@inject(RMAP) private readonly rmap: Rmap) {}

  /**
   * Makes a page clean, so that it can be written: first in the page tables, so that whoever writes to it from
   * now on asks the file system again. Hold the page lock.
   *
   * @returns whether the page was dirty
   */
  @kernelFunction('mm/page-writeback.c')
  clearPageDirtyForIo(page: Page): boolean {
    // What was written through an entry makes the buffers dirty, too, before PG_dirty is cleared.
    if (pageMapping(page)?.canWriteback === true && this.rmap.pageMkclean(page) > 0)
      setPageDirty(page);
    return TestClearPageDirty(page);
  }

  /**
   * write_cache_pages(): locks each dirty page in turn, makes it clean, and hands it over.
   *
   * @param writepage is to unlock the page
   */
  @kernelFunction('mm/page-writeback.c')
  writeCachePages(
    mapping: AddressSpace,
    mode: WritebackSyncMode,
    writepage: (page: Page) => void,
  ): void {
    for (const page of this.dirtyPages(mapping, mode)) {
      lockPage(page);
      // Of a page that is gone, was written by another, or is being written, nothing is to be done.
      if (!this.#isToBeWritten(page, mapping, mode) || !this.clearPageDirtyForIo(page))
        unlockPage(page);
      else writepage(page);
      putPage(page);
    }
  }

  #isToBeWritten(page: Page, mapping: AddressSpace, mode: WritebackSyncMode): boolean {
    if (page.mapping.read() !== mapping || !PageDirty(page)) return false;
    if (!PageWriteback(page)) return true;
    if (mode === 'WB_SYNC_NONE') return false;
    waitOnPageWriteback(page);
    VM_BUG_ON(PageWriteback(page), `${page.name} is under writeback again while it is locked`);
    return true;
  }

  /** The pages that are to be written, each with a reference when its turn comes. */
  *dirtyPages(mapping: AddressSpace, mode: WritebackSyncMode): Iterable<Page> {
    // With the tags copied first, those who go on dirtying pages do not keep WB_SYNC_ALL from its end.
    if (mode === 'WB_SYNC_ALL') this.tagPagesForWriteback(mapping);
    const tag = mode === 'WB_SYNC_ALL' ? 'PAGECACHE_TAG_TOWRITE' : 'PAGECACHE_TAG_DIRTY';
    yield* taggedPages(mapping, tag);
  }

  @kernelFunction('mm/page-writeback.c')
  tagPagesForWriteback(mapping: AddressSpace): void {
    spinLock(mapping.pagesLock);
    for (const index of mapping.indices) {
      if (mapping.isTagged(index, 'PAGECACHE_TAG_DIRTY'))
        mapping.setTag(index, 'PAGECACHE_TAG_TOWRITE');
    }
    spinUnlock(mapping.pagesLock);
  }

  /** The flusher, a kernel thread, and all others who ask for writeback. */
  @kernelFunction('mm/page-writeback.c')
  doWritepages(mapping: AddressSpace, mode: WritebackSyncMode): void {
    mapping.aOps.writepages?.(mapping, mode);
  }

  /** fsync(): writes what is dirty, and waits until it is written. */
  @kernelFunction('mm/filemap.c')
  filemapWriteAndWaitRange(mapping: AddressSpace): void {
    this.doWritepages(mapping, 'WB_SYNC_ALL');
    this.filemapFdatawaitRange(mapping);
  }

  @kernelFunction('mm/filemap.c', '__filemap_fdatawait_range')
  filemapFdatawaitRange(mapping: AddressSpace): void {
    for (const page of taggedPages(mapping, 'PAGECACHE_TAG_WRITEBACK')) {
      waitOnPageWriteback(page);
      putPage(page);
    }
  }
}

/** pagevec_lookup_range_tag(): the pages with a tag, each with a reference when its turn comes. */
function* taggedPages(mapping: AddressSpace, tag: PagecacheTag): Iterable<Page> {
  for (const index of mapping.indices) {
    spinLock(mapping.pagesLock);
    const page = mapping.isTagged(index, tag) ? mapping.pageAt(index) : null;
    if (page !== null) getPage(page);
    spinUnlock(mapping.pagesLock);
    if (page !== null) yield page;
  }
}
