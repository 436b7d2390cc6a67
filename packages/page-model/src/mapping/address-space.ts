import { cell, type Cell, formatted, read, RwSemaphore, Spinlock, write } from '@pagerace/machine';
import type { Memory } from '../memory.js';
import type { AddressSpace, Page } from '../page/page.js';
import type { Vma } from '../mm/vma.js';

/** struct address_space of a file, in memory or on disk: its pages, and the mappings of it. */
export class FileMapping implements AddressSpace {
  /** i_mmap_rwsem, which protects {@link FileMapping.vmas}. */
  readonly iMmapRwsem: RwSemaphore;
  /** i_pages.xa_lock, which protects the page cache against changes. */
  readonly pagesLock: Spinlock;
  /** i_pages: the page cache, by index. */
  readonly #pages: readonly Cell<Page | null>[];
  readonly #vmas: Cell<readonly Vma[]>;

  /** Made during set-up. @param pages its length */
  constructor(
    memory: Memory,
    readonly name: string,
    pages: number,
  ) {
    this.iMmapRwsem = new RwSemaphore(`${name}.i_mmap_rwsem`, 'i_mmap_rwsem');
    this.pagesLock = new Spinlock(`${name}.i_pages`, 'i_pages');
    this.#pages = Array.from({ length: pages }, (_, index) =>
      formatted(
        cell<Page | null>(null, `${name}.i_pages[${String(index)}]`),
        (page) => page?.name ?? 'none',
      ),
    );
    this.#vmas = cell<readonly Vma[]>([], `${name}.i_mmap`);
    memory.files.push(this);
  }

  /** xas_load(). */
  pageAt(index: number): Page | null {
    return this.#pages[index]!.read();
  }

  /** xas_store(). Hold {@link FileMapping.pagesLock}. */
  store(index: number, page: Page | null): void {
    this.#pages[index]!.write(page);
  }

  /** Every page of the cache, for audits at the end of a program. */
  get pages(): readonly (Page | null)[] {
    return this.#pages.map((slot) => slot.read());
  }

  /** i_mmap: the mappings of the file. Hold the semaphore. */
  get vmas(): readonly Vma[] {
    return read(this.#vmas);
  }

  /** vma_link_file(). Hold the semaphore for writing. */
  link(vma: Vma): void {
    write(this.#vmas, [...this.vmas, vma]);
  }
}
