import type { VirtualAddress } from '../address.js';
import { hugeSubpage } from '../page/huge-page.js';
import type { Mm } from '../mm/mm-struct.js';
import { walkToPmd, walkToPte } from './page-table-walk.js';
import type { Page } from '../page/page.js';

/**
 * The page that is mapped at an address, by an entry of its own or as part of a huge page: as it is during
 * set-up, or at the end of a program, when nobody changes it.
 *
 * @returns undefined where none is
 */
export function mappedPage(mm: Mm, address: VirtualAddress): Page | undefined {
  const { memory } = mm;
  const { arch } = memory;
  const above = walkToPmd(mm, address);
  if (above === undefined) return undefined;
  if (arch.pmdTransHuge(above.pmd)) return hugeSubpage(memory, above.pmd, address);
  const pte = walkToPte(mm, address)?.ptep.read();
  return pte === undefined || !arch.ptePresent(pte) ? undefined : memory.pageAt(arch.ptePfn(pte));
}
