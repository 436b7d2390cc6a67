import { defineKernelFunction } from '@pagerace/machine';
import {
  type Page,
  pteAlloc,
  pteOffsetMapLock,
  pteUnmapUnlock,
  VM_WRITE,
  type VmFault,
} from '@pagerace/page-model';

/**
 * insert_pfn(), v5.17, of vmf_insert_mixed() and vmf_insert_mixed_mkwrite(): an entry for what is no page that is
 * counted: that of a device, or the zero page.
 *
 * @param mkwrite whether it becomes writable, too
 */
export const insertPfn = defineKernelFunction(
  'mm/memory.c',
  'insert_pfn',
  ({ vma, address }: VmFault, page: Page, mkwrite: boolean): void => {
    const { mm } = vma;
    const { arch } = mm.memory;
    // get_locked_pte().
    pteAlloc(mm, address);
    const locked = pteOffsetMapLock(mm, address);
    if (locked === undefined) return;
    const { ptep } = locked;
    const old = arch.ptepGet(ptep);
    const isEmpty = arch.pteNone(old);
    // Another may be there: a block was given up, and another was taken.
    if (isEmpty || (mkwrite && arch.ptePfn(old) === page.pfn)) {
      const bare = isEmpty ? arch.mkPte(page, vma.vmPageProt) : old;
      const young = mkwrite ? arch.pteMkdirty(arch.pteMkyoung(bare)) : bare;
      const entry = mkwrite && vma.has(VM_WRITE) ? arch.pteMkwrite(young) : young;
      if (!isEmpty) arch.ptepSetAccessFlags(vma, address, ptep, entry, true);
      else arch.setPteAt(mm, address, ptep, page.isZeroPage ? arch.pteMkspecial(entry) : entry);
    }
    pteUnmapUnlock(locked);
  },
);
