import { callRcu, kernelFunction } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Mm } from '../mm/mm-struct.js';
import { putPage } from '../page/page-references.js';
import { pteFree } from './page-table-alloc.js';
import type { PageTable } from './page-table.js';
import type { Page } from '../page/page.js';
import type { TlbFlush } from '../tlb/tlb-flush.js';

/**
 * struct mmu_gather: pages and page tables that are taken out of an address space, to be freed when no
 * CPU has a translation of them any more (mm/mmu_gather.c). Tables are freed
 *
 * - after a grace period, with CONFIG_MMU_GATHER_RCU_TABLE_FREE;
 * - else at once after the flush, which where it is an interrupt waits for lockless walks, too.
 */
export class MmuGather {
  readonly #pages: Page[] = [];
  readonly #tables: PageTable[] = [];

  /** tlb_gather_mmu(). */
  constructor(
    readonly mm: Mm,
    private readonly tlb: TlbFlush,
  ) {}

  /** tlb_remove_page(): the page's reference is given back at the end. */
  removePage(page: Page): void {
    this.#pages.push(page);
  }

  /** pte_free_tlb(): the table is not linked in any more. */
  @kernelFunction('include/asm-generic/tlb.h', 'pte_free_tlb')
  removeTable(table: PageTable): void {
    this.#tables.push(table);
  }

  @kernelFunction('mm/mmu_gather.c', 'tlb_finish_mmu')
  finish(start: VirtualAddress, end: VirtualAddress): void {
    const { mm } = this;
    if (this.#pages.length + this.#tables.length > 0) this.tlb.flushTlbRange(mm, start, end);
    if (this.#tables.length > 0) {
      const free = (): void => {
        for (const table of this.#tables) pteFree(mm, table);
      };
      if (mm.memory.arch.hasRcuTableFree) callRcu(free);
      else free();
    }
    for (const page of this.#pages) putPage(page);
  }
}
