import { defineKernelFunction, nonatomicSetBit } from '@pagerace/machine';
import {
  __SetPageUptodate,
  type Page,
  PageUptodate,
  SetPageDirty,
  StableNode,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';

/**
 * ksm_might_need_to_copy(): whether a page of the swap cache may be mapped at an address. A KSM page that was
 * written out comes back as an ordinary one, which only the process that has it first may map.
 *
 * Hold the page lock. Read in v4.12, v5.17, v5.19 and v6.4. KSM_RUN_UNMERGE is never set.
 *
 * @returns the page, or a locked copy that nobody else has
 */
export const ksmMightNeedToCopy = defineKernelFunction(
  'mm/ksm.c',
  'ksm_might_need_to_copy',
  (page: Page, vma: Vma, address: VirtualAddress): Page => {
    const mapping = page.mapping.read();
    if (mapping instanceof StableNode) {
      if (mapping.hlist.length > 0) return page;
    } else if (
      mapping === null ||
      (page.index.read() === vma.pageIndex(address) && mapping === vma.anonVma)
    ) {
      return page;
    }
    if (!PageUptodate(page)) return page;
    const copy = page.memory.allocator.allocPage();
    copy.contents.copyFrom(page.contents);
    SetPageDirty(copy);
    __SetPageUptodate(copy);
    // __SetPageLocked(): nobody can wait for it, so that its order does not matter.
    nonatomicSetBit(copy.flags.bit('locked'));
    return copy;
  },
);
