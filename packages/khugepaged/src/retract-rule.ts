import { inject, injectable, token } from '@pagerace/di';
import { callRcu, kernelFunction, spinLock, spinUnlock } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  mmapWriteTrylock,
  MEMORY,
  type Memory,
  mmapWriteUnlock,
  mmuNotifierInvalidateRangeEnd,
  mmuNotifierInvalidateRangeStart,
  type PageTable,
  pmdLock,
  pmdUnlock,
  pteFree,
  type Ptep,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { COLLAPSE_SYNC, type CollapseSync } from './collapse-sync.js';

export const RETRACT_RULE = token<RetractRule>('khugepaged.RetractRule', {
  providedBy: ['@pagerace/khugepaged', '@pagerace/patches'],
});

/** A page table of a mapping of a file that can be done without, as nothing is mapped in it any more. */
export interface Retractable {
  readonly vma: Vma;
  readonly address: VirtualAddress;
  readonly pmdp: Ptep;
  readonly table: PageTable;
}

/** The seam of retract_page_tables(): what it locks, and when the table is freed. Hold i_mmap_rwsem. */
export interface RetractRule {
  /** @returns whether the table was taken out */
  retract(table: Retractable): boolean;
}

/** Under mmap_lock, for writing, and freed at once. mm/khugepaged.c:collapse_and_free_pmd(), to v6.5. */
@injectable()
export class RetractAtOnce implements RetractRule {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
    @inject(COLLAPSE_SYNC) private readonly sync: CollapseSync,
  ) {}

  @kernelFunction('mm/khugepaged.c', 'collapse_and_free_pmd')
  retract({ vma, address, pmdp, table }: Retractable): boolean {
    const { mm } = vma;
    // The page lock of the huge page is held, which is to be taken inside mmap_lock: so only try.
    if (!mmapWriteTrylock(mm)) return false;
    const end = address + this.memory.hpagePmdSize;
    mmuNotifierInvalidateRangeStart(mm, address, end);
    this.arch.pmdpCollapseFlush(vma, address, pmdp);
    this.sync.afterFlush(this.memory);
    mmuNotifierInvalidateRangeEnd(mm, address, end);
    pteFree(mm, table);
    mmapWriteUnlock(mm);
    return true;
  }
}

/** Under the locks of both tables, and freed after a grace period. Since 1d65b771bc08, v6.6. */
@injectable()
export class RetractByRcu implements RetractRule {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
  ) {}

  @kernelFunction('mm/khugepaged.c', 'retract_page_tables')
  retract({ vma, address, pmdp, table }: Retractable): boolean {
    const { mm } = vma;
    const end = address + this.memory.hpagePmdSize;
    mmuNotifierInvalidateRangeStart(mm, address, end);
    pmdLock(mm);
    spinLock(table.ptl);
    this.arch.pmdpCollapseFlush(vma, address, pmdp);
    spinUnlock(table.ptl);
    pmdUnlock(mm);
    mmuNotifierInvalidateRangeEnd(mm, address, end);
    // pte_free_defer().
    callRcu(() => {
      pteFree(mm, table);
    });
    return true;
  }
}
