import { ModelError } from '@pagerace/explorer';
import { cell, type Cell, formatted } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { AnonVma } from '../mapping/anon-vma.js';
import type { AddressSpace } from '../mapping/address-space.js';
import type { Mm } from './mm-struct.js';
import type { Pte } from '../page-table/page-table-entry.js';
import type { Page } from '../page/page.js';
import type { VmOperations } from './vm-operations.js';
import type { UserfaultfdCtx } from './userfaultfd-ctx.js';

/** vm_flags (include/linux/mm.h); the values are the kernel's, but for VM_DROPPABLE's, which varies. */
export const VM_READ = 0x1;
export const VM_WRITE = 0x2;
export const VM_EXEC = 0x4;
export const VM_SHARED = 0x8;
export const VM_MAYWRITE = 0x20;
export const VM_LOCKED = 0x2000;
/** Not set: soft-dirty tracking is on, since a write to /proc/pid/clear_refs. */
export const VM_SOFTDIRTY = 0x08000000;
/** MAP_DROPPABLE, since v6.11: may be discarded even when dirty. */
export const VM_DROPPABLE = 0x20000000;

/** struct vm_area_struct: a range of addresses that are mapped alike. */
export class Vma {
  /**
   * The protection that its page-table entries start with. Changes of {@link Vma.vmFlags} leave it: a private
   * mapping that may be read has the same whether it may be written to or not.
   */
  readonly vmPageProt: Pte;
  /** vm_ops; anonymous memory has none. */
  readonly vmOps: VmOperations | null;
  /** Where the flags change during a run: a cell, which other mappings save. */
  #changing: Cell<number> | undefined;
  readonly #flags: number;

  constructor(
    readonly mm: Mm,
    readonly start: VirtualAddress,
    /** The first address behind it. */
    readonly end: VirtualAddress,
    vmFlags: number,
    /** Of a private mapping: where its anonymous pages are found from. */
    readonly anonVma: AnonVma | null,
    /** The index, within the anon_vma or file, of its first page. */
    readonly pgoff: number,
    /** vm_file->f_mapping, of a mapping of a file. */
    readonly file: AddressSpace | null = null,
    /** vm_userfaultfd_ctx, of a mapping that was registered with UFFDIO_REGISTER_MODE_WP: userfaultfd_wp(). */
    readonly userfaultfdCtx: UserfaultfdCtx | null = null,
  ) {
    this.#flags = vmFlags;
    this.vmOps = file?.vmOps ?? null;
    this.vmPageProt = mm.memory.arch.vmGetPageProt(
      this.needsDirtyTracking ? vmFlags & ~VM_SHARED : vmFlags,
    );
  }

  /** vm_flags. Hold mmap_lock. */
  get vmFlags(): number {
    return this.#changing === undefined ? this.#flags : this.#changing.read();
  }

  /** Hold mmap_lock for writing. See {@link Vma.willChange}. */
  set vmFlags(flags: number) {
    if (this.#changing === undefined) {
      throw new ModelError(`the flags of ${this.toString()} change: set-up must call willChange()`);
    }
    this.#changing.write(flags);
  }

  /** During set-up: says that a system call is going to change the flags. */
  willChange(): void {
    this.#changing = formatted(
      cell(this.#flags, `${this.toString()}.vm_flags`),
      (flags) => `0x${flags.toString(16)}`,
    );
  }

  has(flag: number): boolean {
    return (this.vmFlags & flag) !== 0;
  }

  /** vma_is_anonymous(): no file stands behind it. A private mapping of a file may have anonymous pages all the same. */
  get isAnonymous(): boolean {
    return this.vmOps === null;
  }

  /**
   * vma_needs_dirty_tracking() (v6.5), the most of vma_wants_writenotify(): the file system must hear of the first
   * write to each clean page, so that entries start read-only.
   */
  get needsDirtyTracking(): boolean {
    const isSharedWritable = this.has(VM_WRITE) && this.has(VM_SHARED);
    return (
      isSharedWritable &&
      (this.vmOps?.pageMkwrite !== undefined ||
        this.vmOps?.pfnMkwrite !== undefined ||
        this.file?.canWriteback === true)
    );
  }

  /** linear_page_index(). */
  pageIndex(address: VirtualAddress): number {
    return this.pgoff + Math.floor((address - this.start) / this.mm.memory.pageSize);
  }

  /** vma_address(): where a page of that index is mapped, or undefined if it is not in the range. */
  addressOf(index: number): VirtualAddress | undefined {
    const address = this.start + (index - this.pgoff) * this.mm.memory.pageSize;
    return address >= this.start && address < this.end ? address : undefined;
  }

  /** page_address_in_vma() of a page whose mapping is this one's. */
  addressOfPage(page: Page): VirtualAddress | undefined {
    return this.addressOf(page.index.read());
  }

  toString(): string {
    return `${this.mm.name}:${hex(this.start)}-${hex(this.end)}`;
  }
}

function hex(address: VirtualAddress): string {
  return address.toString(16);
}
