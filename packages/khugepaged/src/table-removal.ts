import { inject, injectable, token } from '@pagerace/di';
import { callRcu, kernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  mmuNotified,
  type PageTable,
  pmdLock,
  pmdUnlock,
  pteFree,
  type Ptep,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { COLLAPSE_SYNC, type CollapseSync } from './collapse-sync.js';

export const TABLE_REMOVAL = token<TableRemoval>('khugepaged.TableRemoval');

/** A page table of a mapping of a file that can be done without. */
export interface Removable {
  readonly vma: Vma;
  readonly address: VirtualAddress;
  readonly pmdp: Ptep;
  readonly table: PageTable;
}

/** How khugepaged takes a page table out, and frees it. */
@injectable()
export class TableRemoval {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(COLLAPSE_SYNC) private readonly sync: CollapseSync,
  ) {}

  /** Tells those who have asked for it before and after. */
  notified<T>({ vma, address }: Removable, body: () => T): T {
    return mmuNotified(vma.mm, address, address + this.memory.hpagePmdSize, body);
  }

  /** Frees it at once. Hold mmap_lock and i_mmap_rwsem for writing: nobody else then uses its lock. v6.1. */
  @kernelFunction('mm/khugepaged.c')
  collapseAndFreePmd(removable: Removable): void {
    const { vma, address, pmdp, table } = removable;
    this.notified(removable, () => {
      this.arch.pmdpCollapseFlush(vma, address, pmdp);
      this.sync.afterFlush(this.memory);
    });
    pteFree(vma.mm, table);
  }

  /** Frees it after a grace period, for those who wait for its lock. As v6.6 does it in two places. */
  collapseAndDeferPmd({ vma, address, pmdp, table }: Removable): void {
    const { mm } = vma;
    pmdLock(mm);
    spinLock(table.ptl);
    this.arch.pmdpCollapseFlush(vma, address, pmdp);
    spinUnlock(table.ptl);
    pmdUnlock(mm);
    // pte_free_defer().
    callRcu(() => {
      pteFree(mm, table);
    });
  }
}
