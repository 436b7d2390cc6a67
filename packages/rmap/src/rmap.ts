import { token } from '@pagerace/di';
import type { Mm, Page, VirtualAddress, Vma } from '@pagerace/page-model';
import type { TtuFlags } from './ttu-flags.js';

export const RMAP = token<Rmap>('rmap.Rmap', { providedBy: ['@pagerace/rmap'] });

/** The reverse mappings of a page: which page-table entries map it, and how to be rid of them. */
export interface Rmap {
  /** page_add_new_anon_rmap(): the first mapping of a page that nobody else has yet. Hold the PTL. */
  pageAddNewAnonRmap(page: Page, vma: Vma, address: VirtualAddress): void;
  /**
   * page_add_anon_rmap(): another mapping of an anonymous page. Hold the PTL and the page lock.
   *
   * @param exclusive RMAP_EXCLUSIVE: no other process has the page
   */
  pageAddAnonRmap(page: Page, vma: Vma, address: VirtualAddress, exclusive: boolean): void;
  /**
   * page_add_file_rmap(): a mapping of a page of a file. Hold the PTL and the page lock.
   *
   * @param compound of the whole of a huge page
   */
  pageAddFileRmap(page: Page, compound: boolean): void;
  /**
   * page_remove_rmap(): a mapping is gone. Hold the PTL. Fully ordered.
   *
   * @param compound of the whole of a huge page
   */
  pageRemoveRmap(page: Page, compound?: boolean): void;
  /**
   * page_referenced(): takes the young bit from every entry that maps the page. Hold the page lock.
   *
   * @returns how many entries had it
   */
  pageReferenced(page: Page): number;
  /**
   * page_mkclean(): makes every entry that maps the page in a shared mapping read-only and clean. Hold the page
   * lock. @returns how many entries were dirty or writable
   */
  pageMkclean(page: Page): number;
  /**
   * try_to_unmap(): removes every mapping of the page, unless one of them must stay. Hold the page
   * lock. Ask page_mapped() afterwards.
   */
  tryToUnmap(page: Page, flags: TtuFlags): void;
  /**
   * arch_unmap_one() is going to fail once in {@link tryToUnmap}, as sparc's may. That of every architecture
   * that is modelled does nothing. During set-up.
   */
  failArchUnmapOne(): void;
  /**
   * try_to_migrate(): puts a migration entry in the place of every entry that maps an anonymous page, unless
   * one of them must stay: an exclusive page that may be pinned (v5.19). Hold the page lock. Ask
   * page_mapped() afterwards.
   */
  tryToMigrate(page: Page): void;
  /** try_to_unmap_flush(): does the TLB flushes that this task has deferred. */
  tryToUnmapFlush(): void;
  /** try_to_unmap_flush_dirty(): the same, if a deferred one was of an entry that was dirty. */
  tryToUnmapFlushDirty(): void;
  /** flush_tlb_batched_pending(): does flushes that reclaim has deferred in this mm. Hold the PTL. */
  flushTlbBatchedPending(mm: Mm): void;
  /**
   * page_dup_rmap(): another mapping of a page that is mapped already, for a child. Hold the PTL. Unordered.
   *
   * @param compound of the whole of a huge page
   */
  pageDupRmap(page: Page, compound: boolean): void;
  /**
   * page_try_dup_anon_rmap() (v5.19): as {@link pageDupRmap}, unless the page may be pinned, so that the
   * child needs a copy. Hold the PTL of the entry in `vma`. See {@link AnonExclusive}.
   */
  pageTryDupAnonRmap(page: Page, compound: boolean, vma: Vma): boolean;
  /**
   * page_try_share_anon_rmap() (include/linux/rmap.h, v5.19): the page is not exclusive any more, unless it
   * may be pinned. Hold the PTL of its only entry, which is cleared. @returns whether it is so
   */
  pageTryShareAnonRmap(page: Page): boolean;
}
