import type { VirtualAddress } from './address.js';
import type { AnonVma } from './anon-vma.js';
import type { FileMapping } from './file-mapping.js';
import type { Mm } from './mm-struct.js';
import type { Pte } from './page-table-entry.js';
import type { Page } from './page.js';

/** vm_flags (include/linux/mm.h); the values are the kernel's, but for VM_DROPPABLE's, which varies. */
export const VM_READ = 0x1;
export const VM_WRITE = 0x2;
export const VM_EXEC = 0x4;
export const VM_SHARED = 0x8;
export const VM_MAYWRITE = 0x20;
export const VM_LOCKED = 0x2000;
/** MAP_DROPPABLE, since v6.11: may be discarded even when dirty. */
export const VM_DROPPABLE = 0x20000000;

/** struct vm_area_struct: a range of addresses that are mapped alike. */
export class Vma {
  /** The protection that its page-table entries start with. */
  readonly vmPageProt: Pte;

  constructor(
    readonly mm: Mm,
    readonly start: VirtualAddress,
    /** The first address behind it. */
    readonly end: VirtualAddress,
    readonly vmFlags: number,
    /** Of a private mapping: where its anonymous pages are found from. */
    readonly anonVma: AnonVma | null,
    /** The index, within the anon_vma or file, of its first page. */
    readonly pgoff: number,
    /** vm_file's, of a mapping of a file. */
    readonly file: FileMapping | null = null,
  ) {
    this.vmPageProt = mm.memory.arch.vmGetPageProt(vmFlags);
  }

  has(flag: number): boolean {
    return (this.vmFlags & flag) !== 0;
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
