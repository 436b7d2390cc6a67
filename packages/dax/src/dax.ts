import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { insertPfn } from '@pagerace/fault';
import {
  cell,
  type Cell,
  defineKernelFunction,
  downRead,
  formatted,
  spinLock,
  spinUnlock,
  upRead,
} from '@pagerace/machine';
import {
  type AddressSpace,
  type AddressSpaceOperations,
  type FileSystem,
  type InodeOperations,
  isWrite,
  type Page,
  pageCount,
  setPageDirtyNoWriteback,
  VM_SHARED,
  type VmFault,
  type VmOperations,
} from '@pagerace/page-model';
import { TRUNCATE, type Truncate } from '@pagerace/truncate';
import { BREAK_LAYOUTS, type BreakLayouts } from './break-layouts.js';
import type { Pmem } from './pmem.js';

export const DAX = token<Dax>('dax.Dax', { providedBy: ['@pagerace/dax'] });

/** ext4 with `-o dax`: mounts file systems whose blocks are the memory of a device. */
@injectable()
export class Dax {
  constructor(
    @inject(TRUNCATE) private readonly truncate: Truncate,
    @inject(BREAK_LAYOUTS) private readonly layouts: BreakLayouts,
  ) {}

  /** During set-up; for one file, of so many pages, which is a hole at first. */
  mount(pmem: Pmem, pages: number, name = 'dax'): FileSystem {
    return new DaxMount(this.truncate, this.layouts, pmem, pages, name);
  }
}

const file = 'fs/dax.c';

/** What an index of a file has. */
type Slot = Cell<Page | null>;

/** fs/dax.c of v5.17, and what ext4 has of it. */
class DaxMount implements FileSystem {
  readonly name = 'ext4';
  readonly isDax = true;
  readonly aOps: AddressSpaceOperations;
  readonly vmOps: VmOperations;
  readonly iOps: InodeOperations;
  /** The blocks of the file; none where there is a hole. Hold invalidate_lock, and i_pages' lock to change one. */
  readonly #extents: readonly Slot[];
  /** i_pages: what may be mapped. The zero page stands for a hole. */
  readonly #entries: readonly Slot[];

  constructor(
    private readonly truncate: Truncate,
    layouts: BreakLayouts,
    private readonly pmem: Pmem,
    pages: number,
    name: string,
  ) {
    const slots = (what: string): readonly Slot[] =>
      Array.from({ length: pages }, (_, index) =>
        formatted(
          cell<Page | null>(null, `${name}.${what}[${String(index)}]`),
          (page) => page?.name ?? 'none',
        ),
      );
    this.#extents = slots('extents');
    this.#entries = slots('i_pages');
    this.vmOps = { fault: this.#fault, pfnMkwrite: this.#fault };
    this.aOps = {
      setPageDirty: setPageDirtyNoWriteback,
      deleteMappingEntry: this.#deleteMappingEntry,
    };
    this.iOps = {
      breakLayouts: (mapping) => {
        layouts.breakLayouts(mapping, () => this.#layoutBusyPage(mapping));
      },
      removeBlocks: this.#removeBlocks,
    };
  }

  readonly #fault = defineKernelFunction(
    'fs/ext4/file.c',
    'ext4_dax_fault',
    (vmf: VmFault): 'VM_FAULT_SIGBUS' | 'VM_FAULT_NOPAGE' => {
      const mapping = vmf.vma.file!;
      downRead(mapping.invalidateLock);
      const result = this.#iomapPteFault(vmf, mapping);
      upRead(mapping.invalidateLock);
      return result;
    },
  );

  readonly #iomapPteFault = defineKernelFunction(
    file,
    'dax_iomap_pte_fault',
    (vmf: VmFault, mapping: AddressSpace): 'VM_FAULT_SIGBUS' | 'VM_FAULT_NOPAGE' => {
      const { vma, address } = vmf;
      if (!vma.has(VM_SHARED)) throw new ModelError('private mappings of DAX are not modelled');
      const index = vma.pageIndex(address);
      if (index >= mapping.iSize.read()) return 'VM_FAULT_SIGBUS';
      const page = isWrite(vmf) ? this.#blockAt(mapping, index) : this.#extents[index]!.read();
      // No space is left on the device.
      if (page === undefined) return 'VM_FAULT_SIGBUS';
      this.#insertEntry(mapping, index, page ?? vma.mm.memory.zeroPage);
      insertPfn(vmf, page ?? vma.mm.memory.zeroPage, isWrite(vmf));
      return 'VM_FAULT_NOPAGE';
    },
  );

  /** ext4_iomap_begin() of a write: allocates the block if there is none. @returns undefined for -ENOSPC */
  #blockAt(mapping: AddressSpace, index: number): Page | undefined {
    const extent = this.#extents[index]!;
    const block = extent.read();
    if (block !== null) return block;
    const fresh = this.pmem.allocBlock();
    if (fresh === undefined) return undefined;
    spinLock(mapping.pagesLock);
    const other = extent.read();
    if (other === null) extent.write(fresh);
    spinUnlock(mapping.pagesLock);
    // Another fault was first.
    if (other !== null) this.pmem.freeBlock(fresh);
    return other ?? fresh;
  }

  readonly #insertEntry = defineKernelFunction(
    file,
    'dax_insert_entry',
    (mapping: AddressSpace, index: number, page: Page): void => {
      const entry = this.#entries[index]!;
      // We are replacing a zero page with block mapping.
      if (!page.isZeroPage && entry.read()?.isZeroPage === true)
        this.truncate.unmapMappingRange(mapping, index, index + 1, false);
      spinLock(mapping.pagesLock);
      entry.write(page);
      // dax_associate_entry().
      if (!page.isZeroPage) {
        page.mapping.write(mapping);
        page.index.write(index);
      }
      spinUnlock(mapping.pagesLock);
    },
  );

  /** dax_layout_busy_page(): unmaps the file, so that nobody comes to a page any more without a fault. */
  readonly #layoutBusyPage = defineKernelFunction(
    file,
    'dax_layout_busy_page',
    (mapping: AddressSpace): Page | undefined => {
      // GUP-fast has a reference by now, or finds that the entry has changed.
      this.truncate.unmapMappingRange(mapping, 0, mapping.maxPages, false);
      spinLock(mapping.pagesLock);
      const busy = this.#entries
        .map((entry) => entry.read())
        .find((page) => page?.isZoneDevice === true && pageCount(page) > 1);
      spinUnlock(mapping.pagesLock);
      return busy ?? undefined;
    },
  );

  readonly #deleteMappingEntry = defineKernelFunction(
    file,
    'dax_delete_mapping_entry',
    (mapping: AddressSpace, index: number): void => {
      const entry = this.#entries[index]!;
      spinLock(mapping.pagesLock);
      const page = entry.read();
      if (page !== null) {
        // dax_disassociate_entry().
        if (!page.isZeroPage) page.mapping.write(null);
        entry.write(null);
      }
      spinUnlock(mapping.pagesLock);
    },
  );

  readonly #removeBlocks = defineKernelFunction(
    'fs/ext4/extents.c',
    'ext4_ext_remove_space',
    (mapping: AddressSpace, start: number, end: number): void => {
      for (const extent of this.#extents.slice(start, end)) {
        const block = extent.read();
        if (block === null) continue;
        spinLock(mapping.pagesLock);
        extent.write(null);
        spinUnlock(mapping.pagesLock);
        this.pmem.freeBlock(block);
      }
    },
  );
}
