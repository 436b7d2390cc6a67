import { inject, injectable } from '@pagerace/di';
import { kernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import {
  addPageToLruList,
  ClearPageActive,
  ClearPageLRU,
  ClearPageReclaim,
  delPageFromLruList,
  getPageUnlessZero,
  lruAddDrain,
  type LruList,
  MEMORY,
  type Memory,
  type Page,
  PageAnon,
  pageCount,
  PageDirty,
  pageIsFileLru,
  pageMapped,
  pageMapping,
  PagePrivate,
  pageRefFreeze,
  PageSwapBacked,
  PageSwapCache,
  PageWriteback,
  putbackLruPage,
  putPage,
  putPageTestzero,
  removeFromPageCache,
  type ReclaimPages,
  SetPageActive,
  SetPageLRU,
  SetPageReclaim,
  SetPageReferenced,
  TestClearPageLRU,
  TestClearPageReferenced,
  trylockPage,
  unlockPage,
} from '@pagerace/page-model';
import { RMAP, type Rmap } from '@pagerace/rmap';
import { SWAP, type Swap } from '@pagerace/swap';
import { WRITEBACK, type Writeback } from '@pagerace/writeback';
import type { PageReferences } from './page-references.js';
import { PINNED_PAGE_CHECK, type PinnedPageCheck } from './pinned-page-check.js';
import type { Vmscan } from './vmscan.js';

/** What became of a page that reclaim has looked at. */
type Outcome = 'freed' | 'kept';

/** pageout_t: after PAGE_SUCCESS the page is unlocked, otherwise it is locked still. */
type Pageout = 'PAGE_KEEP' | 'PAGE_SUCCESS' | 'PAGE_CLEAN';

/** mm/vmscan.c of v5.17 but for the seams, for small pages; the caller is direct reclaim. */
@injectable()
export class PageReclaim implements Vmscan, ReclaimPages {
  constructor(
    @inject(MEMORY) private readonly memory: Memory,
    @inject(RMAP) private readonly rmap: Rmap,
    @inject(SWAP) private readonly swap: Swap,
    @inject(WRITEBACK) private readonly writeback: Writeback,
    @inject(PINNED_PAGE_CHECK) private readonly pinned: PinnedPageCheck,
  ) {}

  @kernelFunction('mm/vmscan.c')
  shrinkAllMemory(): number {
    return this.shrinkInactiveList('inactive_anon') + this.shrinkInactiveList('inactive_file');
  }

  @kernelFunction('mm/vmscan.c')
  reclaimPages(pages: readonly Page[]): number {
    for (const page of pages) ClearPageActive(page);
    const kept = this.shrinkPageList(pages);
    for (const page of kept) putbackLruPage(page);
    return pages.length - kept.length;
  }

  @kernelFunction('mm/vmscan.c')
  shrinkInactiveList(list: LruList): number {
    lruAddDrain(this.memory);
    const { lruvec } = this.memory;
    spinLock(lruvec.lruLock);
    const isolated = this.isolateLruPages(list);
    spinUnlock(lruvec.lruLock);
    if (isolated.length === 0) return 0;
    const kept = this.shrinkPageList(isolated);
    spinLock(lruvec.lruLock);
    const toFree = this.movePagesToLru(kept);
    spinUnlock(lruvec.lruLock);
    this.#free(toFree);
    return isolated.length - kept.length;
  }

  /** Takes pages off a list, each with a reference of its own. Hold lru_lock. */
  @kernelFunction('mm/vmscan.c')
  isolateLruPages(list: LruList): readonly Page[] {
    const { lruvec } = this.memory;
    const isolated: Page[] = [];
    for (const page of lruvec.pages(list).toReversed()) {
      // The reference is taken before PG_lru is cleared: whoever frees a page relies on PG_lru.
      if (!getPageUnlessZero(page)) continue;
      if (!TestClearPageLRU(page)) {
        // Another thread isolates it.
        putPage(page);
        continue;
      }
      delPageFromLruList(page, lruvec);
      isolated.push(page);
    }
    return isolated;
  }

  /** Puts pages back that could not be freed. Hold lru_lock. @returns those that are free by now */
  @kernelFunction('mm/vmscan.c')
  movePagesToLru(pages: readonly Page[]): readonly Page[] {
    const { lruvec } = this.memory;
    const toFree: Page[] = [];
    for (const page of pages) {
      SetPageLRU(page);
      if (putPageTestzero(page)) {
        ClearPageLRU(page);
        ClearPageActive(page);
        toFree.push(page);
      } else {
        addPageToLruList(page, lruvec);
      }
    }
    return toFree;
  }

  /** @returns the pages that could not be freed */
  @kernelFunction('mm/vmscan.c')
  shrinkPageList(pages: readonly Page[]): readonly Page[] {
    const freed: Page[] = [];
    const kept: Page[] = [];
    for (const page of pages) {
      if (this.#shrinkPage(page) === 'freed') freed.push(page);
      else kept.push(page);
    }
    this.rmap.tryToUnmapFlush();
    this.#free(freed);
    return kept;
  }

  /** The body of shrink_page_list(), for one page. */
  #shrinkPage(page: Page): Outcome {
    if (!trylockPage(page)) return 'kept';
    // writeback_throttling_sane(): reclaim that is not of a legacy cgroup does not wait for the write.
    if (PageWriteback(page)) {
      SetPageReclaim(page);
      return this.#activateLocked(page);
    }
    const references = this.pageCheckReferences(page);
    if (references === 'activate') return this.#activateLocked(page);
    if (references === 'keep') return this.#keepLocked(page);

    // A lazyfree page needs no place in swap: it is freed directly.
    if (PageAnon(page) && PageSwapBacked(page) && !PageSwapCache(page)) {
      if (this.pinned.keepsFromSwap(page)) return this.#keepLocked(page);
      if (!this.swap.addToSwap(page)) return this.#activateLocked(page);
    }

    if (pageMapped(page)) {
      this.rmap.tryToUnmap(page, { batchFlush: true });
      if (pageMapped(page)) return this.#activateLocked(page);
    }
    if (this.pinned.keepsUnmapped(page)) return this.#activateLocked(page);

    if (PageDirty(page)) {
      // "Only kswapd writes dirty file pages": and a lazyfree page passes for one.
      if (pageIsFileLru(page)) {
        SetPageReclaim(page);
        return this.#activateLocked(page);
      }
      if (references === 'reclaim if clean') return this.#keepLocked(page);
      this.rmap.tryToUnmapFlushDirty();
      switch (this.pageout(page)) {
        case 'PAGE_KEEP':
          return this.#keepLocked(page);
        case 'PAGE_SUCCESS':
          // If the device has answered at once, the page can be freed at once as well.
          if (PageWriteback(page) || PageDirty(page) || !trylockPage(page)) return 'kept';
          if (PageDirty(page) || PageWriteback(page)) return this.#keepLocked(page);
          break;
        case 'PAGE_CLEAN':
          break;
      }
    }
    return this.#freeUnused(page);
  }

  /** Frees a page that nobody but the isolation refers to. */
  #freeUnused(page: Page): Outcome {
    // try_to_release_page(): the file system gives up its buffers, and its reference with them.
    if (PagePrivate(page) && pageMapping(page)?.aOps.releasepage?.(page) === false)
      return this.#activateLocked(page);
    if (PageAnon(page) && !PageSwapBacked(page)) {
      // That the page may be dirty by now does not matter: with no reference left but that of the
      // isolation, it will be freed anyway.
      if (!pageRefFreeze(page, 1)) return this.#keepLocked(page);
    } else if (!this.removeMapping(page)) {
      return this.#keepLocked(page);
    }
    unlockPage(page);
    return 'freed';
  }

  /** @returns whether the page is out of the swap cache, or of its file, and has no reference left */
  @kernelFunction('mm/vmscan.c', '__remove_mapping')
  removeMapping(page: Page): boolean {
    if (PageSwapCache(page)) return this.swap.removeMapping(page);
    const mapping = pageMapping(page);
    return mapping !== undefined && removeFromPageCache(page, mapping);
  }

  /** How the page was used since the last time, and what follows from it. Hold the page lock. */
  @kernelFunction('mm/vmscan.c')
  pageCheckReferences(page: Page): PageReferences {
    const referencedPtes = this.rmap.pageReferenced(page);
    const referencedPage = TestClearPageReferenced(page);
    if (referencedPtes > 0) {
      SetPageReferenced(page);
      return referencedPage || referencedPtes > 1 ? 'activate' : 'keep';
    }
    return referencedPage && !PageSwapBacked(page) ? 'reclaim if clean' : 'reclaim';
  }

  /** Writes a dirty page to swap, whose writepage() never asks for PAGE_ACTIVATE. */
  @kernelFunction('mm/vmscan.c')
  pageout(page: Page): Pageout {
    // is_page_cache_freeable(): the isolation and the swap cache, and nobody else, have a reference.
    if (pageCount(page) !== 2) return 'PAGE_KEEP';
    // page_mapping(): there is none if the page was lazyfree before, and was unmapped since it became swapbacked.
    if (!PageSwapCache(page)) return 'PAGE_KEEP';
    if (!this.writeback.clearPageDirtyForIo(page)) return 'PAGE_CLEAN';
    SetPageReclaim(page);
    this.swap.swapWritepage(page);
    if (!PageWriteback(page)) ClearPageReclaim(page);
    return 'PAGE_SUCCESS';
  }

  #activateLocked(page: Page): Outcome {
    SetPageActive(page);
    return this.#keepLocked(page);
  }

  #keepLocked(page: Page): Outcome {
    unlockPage(page);
    return 'kept';
  }

  /** free_unref_page_list(). */
  #free(pages: readonly Page[]): void {
    for (const page of pages) {
      this.memory.allocator.freeUnrefPage(page);
    }
  }
}
