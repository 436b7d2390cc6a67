import { atomicSet } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import { pgtableTransHugeDeposit } from '../page-table/deposit.js';
import { hugePmd } from '../page/huge-page.js';
import { pteAllocOne } from '../page-table/page-table-alloc.js';
import { pmdAlloc } from '../page-table/page-table-walk.js';
import type { Page } from '../page/page.js';
import { SetPageAnonExclusive, SetPageSwapBacked, SetPageUptodate } from '../page/page-flags.js';
import { lruAddDrain, lruCacheAdd } from '../lru/lru.js';
import type { Vma } from '../mm/vma.js';

/**
 * Maps a new huge page, writable, as a collapse does, during set-up. The first byte of its first page is
 * 1, that of its second 2, and so on.
 *
 * @param exclusive whether the page is marked as this process's alone
 * @returns its head
 */
export function mapHugePage(vma: Vma, address: VirtualAddress, exclusive = false): Page {
  const { mm } = vma;
  const { memory } = mm;
  const { arch } = memory;
  const head = memory.allocator.allocHugePage();
  for (const [nth, { contents }] of memory.subpages(head).entries()) {
    contents.clear();
    contents.store(0, nth + 1);
  }
  SetPageUptodate(head);
  SetPageSwapBacked(head);
  if (exclusive) SetPageAnonExclusive(head);
  atomicSet(head.compoundMapcount, 0);
  head.mapping.write(vma.anonVma);
  head.index.write(vma.pageIndex(address));
  lruCacheAdd(head);
  lruAddDrain(memory);
  const pmdp = pmdAlloc(mm, address);
  pgtableTransHugeDeposit(mm, pmdp, pteAllocOne(mm, address, pmdp));
  const writable = arch.pteMkwrite(arch.pteMkdirty(vma.vmPageProt));
  arch.setPmdAt(mm, address, pmdp, hugePmd(memory, head, writable));
  return head;
}
