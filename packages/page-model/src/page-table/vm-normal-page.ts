import type { Memory } from '../memory.js';
import type { Page } from '../page/page.js';
import type { Pte } from './page-table-entry.js';

/**
 * vm_normal_page(): the page behind an entry that is present, if its mappings are counted.
 *
 * @returns undefined for the shared zero page, and for the pages of a device, whose entries have pte_devmap()
 */
export function vmNormalPage(memory: Memory, pte: Pte): Page | undefined {
  const { arch } = memory;
  if (arch.pteSpecial(pte)) return undefined;
  const page = memory.pageAt(arch.ptePfn(pte));
  return page.isZoneDevice ? undefined : page;
}
