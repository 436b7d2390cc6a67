import type { VirtualAddress } from '../address.js';
import type { Memory } from '../memory.js';
import type { Page } from './page.js';
import type { Pte } from '../page-table/page-table-entry.js';

/** mk_huge_pmd(): the entry that maps a huge page. */
export function hugePmd({ arch }: Memory, head: Page, protection: Pte): Pte {
  return arch.pteHugePmd(arch.mkPte(head, protection));
}

/** The page, of the huge page that the entry maps, that is at an address. */
export function hugeSubpage(memory: Memory, pmd: Pte, address: VirtualAddress): Page {
  const nth = Math.floor((address % memory.hpagePmdSize) / memory.pageSize);
  return memory.pageAt(memory.arch.ptePfn(memory.arch.pmdPte(pmd)) + nth);
}
