import { token } from '@pagerace/di';
import type { Pte, VirtualAddress, Vma } from '@pagerace/page-model';

export const HUGE_MEMORY = token<HugeMemory>('huge-memory.HugeMemory', {
  providedBy: ['@pagerace/huge-memory'],
});

/** What becomes of a mapped huge page (mm/huge_memory.c). Hold mmap_lock, if only for reading. */
export interface HugeMemory {
  /** split_huge_pmd(): maps the huge page by small entries instead. Never fails. */
  splitHugePmd(vma: Vma, address: VirtualAddress): void;
  /**
   * zap_huge_pmd(), and the flush after it: unmaps a huge page, as MADV_DONTNEED does.
   *
   * @returns false if no huge page is mapped there: another thread may have split it
   */
  zapHugePmd(vma: Vma, address: VirtualAddress): boolean;
  /**
   * change_huge_pmd(), or clear_soft_dirty_pmd(): changes the entry of a huge page, which is invalid meanwhile,
   * so that no bit that the hardware sets gets lost.
   *
   * @param change what becomes of the entry, as one of the last level
   * @returns false if no huge page is mapped there: another thread may have split it
   */
  changeHugePmd(vma: Vma, address: VirtualAddress, change: (pte: Pte) => Pte): boolean;
}
