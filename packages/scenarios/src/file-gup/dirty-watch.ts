import { callStack, cell, Order } from '@pagerace/machine';
import { type FileSystem, type Page, PagePrivate } from '@pagerace/page-model';

/** Those who ask the file system, have asked it, or make a page dirty that is about to be written (clear_page_dirty_for_io()). */
const askers = [
  'do_page_mkwrite',
  'fault_dirty_shared_page',
  'clear_page_dirty_for_io',
  // The file system itself, which leaves a page dirty: skip-pinned and keep-pinned-dirty.
  'mpage_prepare_extent_to_map',
  // Of the patch mkwrite-before-dirty.
  'set_page_dirty_mkwrite',
];

/** Watches how pages become dirty, in set_page_dirty() of the file system. It writes to its cells only if something is amiss. */
export class DirtyWatch {
  readonly #withoutBuffers = cell(0, 'watch.dirty_without_buffers');
  readonly #notAsked = cell(0, 'watch.mkwrite_not_asked');

  watched(fileSystem: FileSystem): FileSystem {
    const setPageDirty = (page: Page): boolean => {
      const wasClean = fileSystem.aOps.setPageDirty(page);
      // The load is WARN_ON_ONCE(!page_has_buffers(page)) of ext4_set_page_dirty().
      if (!PagePrivate(page)) this.#withoutBuffers.write(1, Order.relaxed);
      if (wasClean && !callStack().some(({ name }) => askers.includes(name)))
        this.#notAsked.write(1, Order.relaxed);
      return wasClean;
    };
    return { ...fileSystem, aOps: { ...fileSystem.aOps, setPageDirty } };
  }

  /** At the end. */
  get wasWithoutBuffers(): boolean {
    return this.#withoutBuffers.read() === 1;
  }

  /** At the end. */
  get wasNotAsked(): boolean {
    return this.#notAsked.read() === 1;
  }
}
