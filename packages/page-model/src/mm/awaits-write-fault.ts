import type { Pte } from '../page-table/page-table-entry.js';
import { VM_SOFTDIRTY, type Vma } from './vma.js';

/** Whether the next write through the entry must fault, as somebody wants to know of it: an entry is then not to become writable before. */
export function awaitsWriteFault(vma: Vma, pte: Pte): boolean {
  const { arch } = vma.mm.memory;
  // pte_needs_soft_dirty_wp(): vma_soft_dirty_enabled() is as 76aefad628aa has it, which is in v6.0 as well.
  const tracksSoftDirty = arch.hasSoftDirty && !vma.has(VM_SOFTDIRTY);
  if (tracksSoftDirty && !arch.pteSoftDirty(pte)) return true;
  // userfaultfd_pte_wp().
  return vma.userfaultfdCtx !== null && arch.pteUffdWp(pte);
}
