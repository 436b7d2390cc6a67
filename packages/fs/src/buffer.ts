import {
  atomicRead,
  BUG_ON,
  clearBit,
  defineKernelFunction,
  setBit,
  spinLock,
  spinUnlock,
  testBit,
} from '@pagerace/machine';
import {
  expectedPageRefs,
  migrateFilePage,
  migratePageCopy,
  migratePageMoveMapping,
} from '@pagerace/migrate';
import {
  type AddressSpace,
  cancelDirtyPage,
  ClearPagePrivate,
  getPage,
  type Memory,
  type Page,
  pageCount,
  pageMapping,
  PagePrivate,
  PageWriteback,
  putPage,
  setPageDirty,
  SetPagePrivate,
  tagPageDirty,
  TestSetPageDirty,
  waitForStablePage,
} from '@pagerace/page-model';
import { BufferHead } from './buffer-head.js';
import { lockPageOf } from './lock-page-of.js';

const file = 'fs/buffer.c';

/** fs/buffer.c of v5.17: the buffers of pages, one each. Made when a file system is mounted. */
export class Buffers {
  /** What page->private points to while PG_private is set. */
  readonly #heads: ReadonlyMap<Page, BufferHead>;

  constructor({ pages }: Memory) {
    this.#heads = new Map(pages.map((page) => [page, new BufferHead(page)]));
  }

  /** page_buffers(). The caller must know that there are some. */
  readonly pageBuffers = defineKernelFunction(
    'include/linux/buffer_head.h',
    'page_buffers',
    (page: Page): BufferHead => {
      BUG_ON(!PagePrivate(page), `${page.name} has no buffers`);
      return this.#heads.get(page)!;
    },
  );

  /** create_empty_buffers(). Hold the page lock. */
  readonly createEmptyBuffers = defineKernelFunction(
    file,
    'create_empty_buffers',
    (page: Page, { privateLock }: AddressSpace): void => {
      spinLock(privateLock);
      this.#attachPagePrivate(page);
      spinUnlock(privateLock);
    },
  );

  /** __set_page_dirty_buffers() (v5.18: block_dirty_folio()). @returns whether the page was clean */
  readonly setPageDirtyBuffers = defineKernelFunction(
    file,
    '__set_page_dirty_buffers',
    (page: Page): boolean => {
      const mapping = pageMapping(page);
      if (mapping === undefined) return !TestSetPageDirty(page);
      // try_to_free_buffers() finds a buffer dirty, or is done before: nobody sees a dirty page whose buffers
      // are clean, and frees them.
      spinLock(mapping.privateLock);
      if (PagePrivate(page)) setBit(this.pageBuffers(page).state.bit('dirty'));
      const newlyDirty = !TestSetPageDirty(page);
      spinUnlock(mapping.privateLock);
      if (newlyDirty) tagPageDirty(page, mapping);
      return newlyDirty;
    },
  );

  /**
   * block_page_mkwrite(): each buffer gets a block, and the page is dirty from now on, though nobody has
   * written to it yet. @returns as page_mkwrite()
   */
  readonly blockPageMkwrite = defineKernelFunction(
    file,
    'block_page_mkwrite',
    (page: Page, mapping: AddressSpace): 'VM_FAULT_LOCKED' | 'VM_FAULT_NOPAGE' => {
      if (!lockPageOf(page, mapping)) return 'VM_FAULT_NOPAGE';
      // __block_write_begin() and block_commit_write().
      if (!PagePrivate(page)) this.createEmptyBuffers(page, mapping);
      setBit(this.pageBuffers(page).state.bit('mapped'));
      setPageDirty(page);
      waitForStablePage(page, mapping);
      return 'VM_FAULT_LOCKED';
    },
  );

  /** try_to_free_buffers(). Hold the page lock. @returns whether the page has none any more */
  readonly tryToFreeBuffers = defineKernelFunction(
    file,
    'try_to_free_buffers',
    (page: Page): boolean => {
      if (PageWriteback(page)) return false;
      const mapping = pageMapping(page);
      if (mapping === undefined) return this.dropBuffers(page);
      spinLock(mapping.privateLock);
      const dropped = this.dropBuffers(page);
      // All buffers are clean: what the page holds is on the disk, or so it seems.
      if (dropped) cancelDirtyPage(page);
      spinUnlock(mapping.privateLock);
      return dropped;
    },
  );

  /** drop_buffers(). @returns false if one is in use */
  readonly dropBuffers = defineKernelFunction(file, 'drop_buffers', (page: Page): boolean => {
    const { state, count } = this.pageBuffers(page);
    if (atomicRead(count) > 0 || testBit(state.bit('dirty'))) return false;
    this.#detachPagePrivate(page);
    return true;
  });

  /** block_invalidatepage(), of a whole page, which leaves its file. Hold the page lock. */
  readonly blockInvalidatepage = defineKernelFunction(
    file,
    'block_invalidatepage',
    (page: Page): void => {
      if (!PagePrivate(page)) return;
      // discard_buffer().
      const { state } = this.pageBuffers(page);
      clearBit(state.bit('dirty'));
      clearBit(state.bit('mapped'));
      this.tryToFreeBuffers(page);
    },
  );

  /** buffer_migrate_page(): the buffers move to the new page. They are not locked: nobody else uses them now. */
  readonly bufferMigratePage = defineKernelFunction(
    'mm/migrate.c',
    'buffer_migrate_page',
    (mapping: AddressSpace, newPage: Page, page: Page): boolean => {
      if (!PagePrivate(page)) return migrateFilePage(mapping, newPage, page);
      if (pageCount(page) !== expectedPageRefs(page)) return false;
      if (!migratePageMoveMapping(mapping, newPage, page)) return false;
      this.#heads.get(page)!.moveTo(this.#heads.get(newPage)!);
      this.#detachPagePrivate(page);
      this.#attachPagePrivate(newPage);
      migratePageCopy(newPage, page);
      return true;
    },
  );

  #attachPagePrivate(page: Page): void {
    getPage(page);
    SetPagePrivate(page);
  }

  /** detach_page_private(). */
  #detachPagePrivate(page: Page): void {
    ClearPagePrivate(page);
    putPage(page);
  }
}
