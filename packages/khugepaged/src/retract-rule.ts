import { inject, injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { downRead, downWrite, kernelFunction, upRead, upWrite } from '@pagerace/machine';
import { type AddressSpace, mmapWriteTrylock, mmapWriteUnlock } from '@pagerace/page-model';
import { type Removable, TABLE_REMOVAL, type TableRemoval } from './table-removal.js';

export const RETRACT_RULE = token<RetractRule>('khugepaged.RetractRule', {
  providedBy: ['@pagerace/khugepaged'],
});

/**
 * The seam of retract_page_tables(): what it locks, and when a table is freed in which nothing is mapped
 * any more.
 */
export interface RetractRule {
  /** i_mmap_rwsem, while `retractAll` goes through the mappings of a file. */
  withMappings(file: AddressSpace, retractAll: () => void): void;
  /** Called within {@link withMappings}. @returns whether the table was taken out */
  retract(table: Removable): boolean;
}

/** Under i_mmap_rwsem and mmap_lock, both for writing, and freed at once. To v6.5. */
@injectable()
export class RetractAtOnce implements RetractRule {
  constructor(@inject(TABLE_REMOVAL) private readonly removal: TableRemoval) {}

  withMappings({ iMmapRwsem }: AddressSpace, retractAll: () => void): void {
    downWrite(iMmapRwsem);
    retractAll();
    upWrite(iMmapRwsem);
  }

  @kernelFunction('mm/khugepaged.c', 'retract_page_tables')
  retract(table: Removable): boolean {
    const { mm } = table.vma;
    // The page lock of the huge page is held, which is to be taken inside mmap_lock: so only try.
    if (!mmapWriteTrylock(mm)) return false;
    this.removal.collapseAndFreePmd(table);
    mmapWriteUnlock(mm);
    return true;
  }
}

/**
 * Under the locks of both tables, and freed after a grace period; walks of the reverse mapping go on
 * meanwhile. Since v6.6.
 */
@injectable()
export class RetractByRcu implements RetractRule {
  constructor(@inject(TABLE_REMOVAL) private readonly removal: TableRemoval) {}

  withMappings({ iMmapRwsem }: AddressSpace, retractAll: () => void): void {
    downRead(iMmapRwsem);
    retractAll();
    upRead(iMmapRwsem);
  }

  @kernelFunction('mm/khugepaged.c', 'retract_page_tables')
  retract(table: Removable): boolean {
    this.removal.notified(table, () => {
      this.removal.collapseAndDeferPmd(table);
    });
    return true;
  }
}

export const retractByRcu = commit({
  id: 'retract-by-rcu',
  title: 'mm/khugepaged: retract_page_tables() without mmap or vma lock',
  commit: '1d65b771bc08',
  since: 'v6.6',
});

export const retractRule = history(RETRACT_RULE, 'mm/khugepaged.c:retract_page_tables()', [
  asOf('v5.17-rc1', RetractAtOnce),
  since(retractByRcu, RetractByRcu),
]);
