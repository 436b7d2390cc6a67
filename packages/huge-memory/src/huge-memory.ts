import { token } from '@pagerace/di';
import type { VirtualAddress, Vma } from '@pagerace/page-model';

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
   * @returns false where there is none: it may just have been split
   */
  zapHugePmd(vma: Vma, address: VirtualAddress): boolean;
}
