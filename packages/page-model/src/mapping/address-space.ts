import { cell, type Cell, formatted, read, RwSemaphore, Spinlock, write } from '@pagerace/machine';
import type { Memory } from '../memory.js';
import type { Page } from '../page/page.js';
import type { VmOperations } from '../mm/vm-operations.js';
import type { Vma } from '../mm/vma.js';
import type {
  AddressSpaceOperations,
  FileSystem,
  InodeOperations,
} from './address-space-operations.js';

/** Marks of an index of the page cache (include/linux/fs.h): the page is dirty, under writeback, or to be written. */
export type PagecacheTag = keyof typeof tags;

const tags = {
  PAGECACHE_TAG_DIRTY: 1,
  PAGECACHE_TAG_WRITEBACK: 2,
  PAGECACHE_TAG_TOWRITE: 4,
};

function tagNames(set: number): string {
  const names = Object.entries(tags).filter(([, bit]) => (set & bit) !== 0);
  return names.map(([name]) => name.replace('PAGECACHE_TAG_', '')).join('|') || 'none';
}

/** struct address_space: the pages of a file, in memory or on disk, and the mappings of it. */
export class AddressSpace {
  /** host->i_sb->s_type->name, as in /proc/filesystems. */
  readonly fileSystem: string;
  /** What the file system does with the pages. */
  readonly aOps: AddressSpaceOperations;
  /** What the file's f_op->mmap() gives its mappings. */
  readonly vmOps: VmOperations;
  /** What it does when the length of the file changes. */
  readonly iOps: InodeOperations;
  /** dax_mapping(): see {@link FileSystem.isDax}. */
  readonly isDax: boolean;
  /** mapping_can_writeback(). */
  readonly canWriteback: boolean;
  /** Whether wait_for_stable_page() waits. */
  readonly stableWrites: boolean;
  /** i_size, in pages. */
  readonly iSize: Cell<number>;
  /** i_mmap_rwsem, which protects {@link AddressSpace.vmas}. */
  readonly iMmapRwsem: RwSemaphore;
  /** i_pages.xa_lock, which protects the page cache against changes. */
  readonly pagesLock: Spinlock;
  /** private_lock: protects what the file system keeps for the pages. */
  readonly privateLock: Spinlock;
  /** i_rwsem: system calls that change the file. */
  readonly iRwsem: RwSemaphore;
  /** invalidate_lock (v5.15): keeps faults from pages that a truncation takes away. */
  readonly invalidateLock: RwSemaphore;
  /** i_pages: the page cache, by index. */
  readonly #pages: readonly Cell<Page | null>[];
  /** The tags of each index, a bit each. */
  readonly #tags: readonly Cell<number>[];
  readonly #vmas: Cell<readonly Vma[]>;

  /** Made during set-up. @param pages the length of the file, and how long it can be */
  constructor(
    memory: Memory,
    readonly name: string,
    pages: number,
    fs: FileSystem,
  ) {
    const { name: fileSystem, aOps, vmOps, iOps = {} } = fs;
    const { isDax = false, canWriteback = false, stableWrites = false } = fs;
    this.fileSystem = fileSystem;
    this.aOps = aOps;
    this.vmOps = vmOps;
    this.iOps = iOps;
    this.isDax = isDax;
    this.canWriteback = canWriteback;
    this.stableWrites = stableWrites;
    this.iSize = cell(pages, `${name}.i_size`);
    this.privateLock = new Spinlock(`${name}.private_lock`, 'private_lock');
    this.iRwsem = new RwSemaphore(`${name}.i_rwsem`, 'i_rwsem');
    this.invalidateLock = new RwSemaphore(`${name}.invalidate_lock`, 'invalidate_lock');
    this.#tags = Array.from({ length: pages }, (_, index) =>
      formatted(cell(0, `${name}.tags[${String(index)}]`), tagNames),
    );
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

  /** s_maxbytes, in pages: the file cannot be longer. */
  get maxPages(): number {
    return this.#pages.length;
  }

  /** Every index that the file can have a page at. */
  get indices(): Iterable<number> {
    return this.#pages.keys();
  }

  /** xas_load(). */
  pageAt(index: number): Page | null {
    return this.#pages[index]!.read();
  }

  /** xas_store(). Hold {@link AddressSpace.pagesLock}. */
  store(index: number, page: Page | null): void {
    this.#pages[index]!.write(page);
  }

  /** xas_get_mark(). */
  isTagged(index: number, tag: PagecacheTag): boolean {
    return (this.#tags[index]!.read() & tags[tag]) !== 0;
  }

  /** xas_set_mark(). Hold {@link AddressSpace.pagesLock}. */
  setTag(index: number, tag: PagecacheTag): void {
    const cell = this.#tags[index]!;
    cell.write(cell.read() | tags[tag]);
  }

  /** xas_clear_mark(). Hold {@link AddressSpace.pagesLock}. */
  clearTag(index: number, tag: PagecacheTag): void {
    const cell = this.#tags[index]!;
    cell.write(cell.read() & ~tags[tag]);
  }

  /** xas_init_marks(). Hold {@link AddressSpace.pagesLock}. */
  clearTags(index: number): void {
    this.#tags[index]!.write(0);
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

  /** unlink_file_vma(). Hold the semaphore for writing. */
  unlink(vma: Vma): void {
    write(
      this.#vmas,
      this.vmas.filter((one) => one !== vma),
    );
  }
}

/** shmem_mapping(): a file in memory, whose pages need no dirty tracking. */
export function shmemMapping({ fileSystem }: AddressSpace): boolean {
  return fileSystem === 'tmpfs';
}
