import { Violation } from '@pagerace/machine';
import type { Memory } from '../memory.js';

/**
 * Demands, at the end of a program, that every page table of the last level is in one place: linked in
 * at one entry, deposited, or free; and that each process has counted its own.
 */
export function auditPageTables({ arch, levels, mms, pageTables }: Memory): void {
  const above = levels.at(-2);
  const entries = [...pageTables]
    .filter(({ level }) => level === above)
    .flatMap((table) => [...table.entries])
    .map((entryp) => entryp.read());
  const linked = entries
    .filter((entry) => arch.pmdPresent(entry) && !arch.pmdTransHuge(entry))
    .map((entry) => arch.tablePfn(entry));
  const deposited = mms.flatMap((mm) => mm.pmdHugePte.read().map(({ table }) => table.pfn));
  const places = [...linked, ...deposited];
  for (const { name, level, pfn, allocation } of pageTables) {
    if (level !== levels.at(-1)) continue;
    const found = places.filter((place) => place === pfn).length;
    if (found === (allocation.isAllocated ? 1 : 0)) continue;
    const state = allocation.isAllocated ? 'in use' : 'free';
    throw new Violation(
      'page-table-conservation',
      `${name} is ${state}, and linked in or deposited in ${String(found)} places`,
    );
  }
  const counted = mms.reduce((sum, mm) => sum + mm.nrPtes.read(), 0);
  if (counted !== places.length) {
    throw new Violation(
      'page-table-conservation',
      `nr_ptes counts ${String(counted)} page tables of ${String(places.length)}`,
    );
  }
}
