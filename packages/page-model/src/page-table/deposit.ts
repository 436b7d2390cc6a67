import { BUG_ON, defineKernelFunction, read, write } from '@pagerace/machine';
import type { Mm } from '../mm/mm-struct.js';
import type { Ptep } from './page-table-entry.js';
import type { PageTable } from './page-table.js';

const file = 'mm/pgtable-generic.c';

/**
 * pgtable_trans_huge_deposit(): keeps a page table, whose entries are empty, until the huge page that
 * is mapped in its place is split or unmapped. Hold pmd_lock().
 */
export const pgtableTransHugeDeposit = defineKernelFunction(
  file,
  'pgtable_trans_huge_deposit',
  (mm: Mm, pmdp: Ptep, table: PageTable): void => {
    const { arch } = mm.memory;
    if (arch.depositRule === 'list in table') {
      table.belongTo(null);
      // A list_head of its own, or of its neighbours; from an entry's point of view they are alike.
      table.fill(arch.kernelAddress(table.pfn), 2);
    }
    // list_add() behind the one that mm->pmd_huge_pte points to, which then is the new one: so the newest
    // comes first, though the kernel calls it FIFO.
    const [first, ...rest] = read(mm.pmdHugePte);
    write(mm.pmdHugePte, [{ pmdp, table }, ...rest, ...(first === undefined ? [] : [first])]);
  },
);

/** pgtable_trans_huge_withdraw(): takes a table out again, for the entry `pmdp`. Hold pmd_lock(). */
export const pgtableTransHugeWithdraw = defineKernelFunction(
  file,
  'pgtable_trans_huge_withdraw',
  (mm: Mm, pmdp: Ptep): PageTable => {
    const { depositRule, none } = mm.memory.arch;
    const deposits = read(mm.pmdHugePte);
    const deposit =
      depositRule === 'per pmd' ? deposits.find((one) => one.pmdp === pmdp) : deposits[0];
    BUG_ON(deposit === undefined, `no page table is deposited for ${pmdp.name}`);
    const { table } = deposit!;
    write(
      mm.pmdHugePte,
      deposits.filter((one) => one !== deposit),
    );
    if (depositRule === 'list in table') table.fill(none, 2);
    table.belongTo(pmdp);
    return table;
  },
);
