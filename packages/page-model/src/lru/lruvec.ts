import { cell, type Cell, read, Spinlock, write } from '@pagerace/machine';
import type { Page } from '../page/page.js';

/** The lists that reclaim takes pages from. */
export const lruLists = [
  'inactive_anon',
  'active_anon',
  'inactive_file',
  'active_file',
  'unevictable',
] as const;
export type LruList = (typeof lruLists)[number];

/** struct lruvec: the LRU lists of the node. */
export class Lruvec {
  /** lruvec->lru_lock, which protects the lists. */
  readonly lruLock = new Spinlock('lru_lock');
  readonly #lists = Object.fromEntries(
    lruLists.map((list) => [list, cell<readonly Page[]>([], `lru.${list}`)]),
  ) as Record<LruList, Cell<readonly Page[]>>;

  /** A list's pages, the one that was added last first. Hold lru_lock. */
  pages(list: LruList): readonly Page[] {
    return read(this.#lists[list]);
  }

  /** Hold lru_lock. */
  add(list: LruList, page: Page): void {
    write(this.#lists[list], [page, ...this.pages(list)]);
  }

  /** Adds at the end where reclaim takes next. Hold lru_lock. */
  addTail(list: LruList, page: Page): void {
    write(this.#lists[list], [...this.pages(list), page]);
  }

  /** Hold lru_lock. */
  remove(list: LruList, page: Page): void {
    write(
      this.#lists[list],
      this.pages(list).filter((one) => one !== page),
    );
  }
}
