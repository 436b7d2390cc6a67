import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
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

export const TABLE_REMOVAL_RULE = token<TableRemovalRule>('khugepaged.TableRemovalRule', {
  providedBy: ['@pagerace/khugepaged'],
});

/** The seam of collapse_and_free_pmd(): what keeps others out, and who is told. */
export interface TableRemovalRule {
  /**
   * Whether i_mmap_rwsem keeps out walks of the reverse mapping, also in collapse_pte_mapped_thp(), and
   * pmd_lock() is not needed; otherwise the entry above goes under pmd_lock().
   */
  readonly keepsRmapWalksOut: boolean;
  /** Whether it calls the MMU notifiers. */
  readonly notifies: boolean;
}

export const collapseRmapLocks = commit({
  id: 'collapse-rmap-locks',
  title: 'mm/khugepaged: take the right locks for page table retraction',
  commit: '8d3c106e19e8',
  since: 'v6.1',
});

export const collapseFileNotifies = commit({
  id: 'collapse-file-notifies',
  title: 'mm/khugepaged: invoke MMU notifiers in shmem/file collapse paths',
  commit: 'f268f6cf875f',
  since: 'v6.1',
});

export const tableRemovalRule = history(
  TABLE_REMOVAL_RULE,
  'mm/khugepaged.c:collapse_and_free_pmd()',
  [
    asOf('v5.17-rc1', { keepsRmapWalksOut: false, notifies: false }),
    since(collapseRmapLocks, { keepsRmapWalksOut: true, notifies: false }),
    since(collapseFileNotifies, { keepsRmapWalksOut: true, notifies: true }),
  ],
);

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
    @inject(TABLE_REMOVAL_RULE) readonly rule: TableRemovalRule,
  ) {}

  /** Tells those who have asked for it before and after. */
  notified<T>({ vma, address }: Removable, body: () => T): T {
    return mmuNotified(vma.mm, address, address + this.memory.hpagePmdSize, body);
  }

  /** Frees it at once. Hold mmap_lock for writing, and i_mmap_rwsem by {@link TableRemovalRule}. To v6.5. */
  @kernelFunction('mm/khugepaged.c')
  collapseAndFreePmd(removable: Removable): void {
    if (this.rule.notifies) {
      this.notified(removable, () => {
        this.#takeOut(removable);
      });
    } else {
      this.#takeOut(removable);
    }
    pteFree(removable.vma.mm, removable.table);
  }

  #takeOut({ vma, address, pmdp }: Removable): void {
    if (!this.rule.keepsRmapWalksOut) pmdLock(vma.mm);
    this.arch.pmdpCollapseFlush(vma, address, pmdp);
    if (!this.rule.keepsRmapWalksOut) pmdUnlock(vma.mm);
    this.sync.afterFlush(this.memory);
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
