import { cell, type Cell, formatted, read, RwSemaphore, Spinlock, write } from '@pagerace/machine';
import type { Memory } from '../memory.js';
import type { Page } from '../page/page.js';
import type { VmOperations } from '../mm/vm-operations.js';
import type { Vma } from '../mm/vma.js';
import type { AddressSpaceOperations, FileSystem } from './address-space-operations.js';

/** struct address_space: the pages of a file, in memory or on disk, and the mappings of it. */
export class AddressSpace {
  /** What the file system does with the pages. */
  readonly aOps: AddressSpaceOperations;
  /** What the file's f_op->mmap() gives its mappings. */
  readonly vmOps: VmOperations;
  /** i_mmap_rwsem, which protects {@link AddressSpace.vmas}. */
  readonly iMmapRwsem: RwSemaphore;
  /** i_pages.xa_lock, which protects the page cache against changes. */
  readonly pagesLock: Spinlock;
  /** i_pages: the page cache, by index. */
  readonly #pages: readonly Cell<Page | null>[];
  readonly #vmas: Cell<readonly Vma[]>;

  /** Made during set-up. @param pages the length of the file */
  constructor(
    memory: Memory,
    readonly name: string,
    pages: number,
    { aOps, vmOps }: FileSystem,
  ) {
    this.aOps = aOps;
    this.vmOps = vmOps;
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

  /** i_size, in pages. */
  get length(): number {
    return this.#pages.length;
  }

  /** xas_load(). */
  pageAt(index: number): Page | null {
    return this.#pages[index]!.read();
  }

  /** xas_store(). Hold {@link AddressSpace.pagesLock}. */
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
