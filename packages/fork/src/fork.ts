import { token } from '@pagerace/di';
import type { Mm, VirtualAddress, Vma } from '@pagerace/page-model';

export const FORK = token<Fork>('fork.Fork', { providedBy: ['@pagerace/fork'] });

/** struct zap_details: of whoever unmaps pages of a file, and leaves swap entries. */
export interface ZapDetails {
  /** Whether the copies that private mappings have made are unmapped, too. */
  readonly evenCows: boolean;
}

/** Shares a process's pages with a child, and gives them up at its exit. */
export interface Fork {
  /**
   * dup_mmap(): shares what the parent has mapped with the child. The child's mappings exist already,
   * and are linked to the parent's anon_vma: see {@link prepareChild}.
   */
  dupMmap(parent: Mm, child: Mm): void;
  /** exit_mmap(): unmaps everything. */
  exitMmap(mm: Mm): void;
  /** unmap_page_range() of one page: munmap() or MADV_DONTNEED. */
  zapPage(mm: Mm, address: VirtualAddress): void;
  /** zap_page_range_single(): unmaps what a mapping has in a range. Hold mmap_lock, or i_mmap_rwsem of its file. */
  zapPageRangeSingle(
    vma: Vma,
    start: VirtualAddress,
    end: VirtualAddress,
    details?: ZapDetails,
  ): void;
  /**
   * unmap_region() of what one page table covers, from `start` on: as munmap() does, but for the mapping
   * itself, which stays, with nothing in it.
   */
  unmapRegion(mm: Mm, start: VirtualAddress): void;
}

/**
 * Makes the child's mappings, during set-up, as dup_mmap() does before it copies page-table entries:
 * the part of fork that a walk of the anon_vma is kept from by anon_vma->rwsem.
 *
 * @param from the first address that the child gets, and
 * @param to the first one behind: MADV_DONTFORK keeps the others from it. By default it gets all
 */
export function prepareChild(
  parent: Mm,
  child: Mm,
  from: VirtualAddress = 0,
  to: VirtualAddress = Infinity,
): void {
  for (const vma of parent.vmas) {
    const [start, end] = [Math.max(vma.start, from), Math.min(vma.end, to)];
    if (start >= end) continue;
    const { vmFlags, anonVma } = vma;
    const pages = (end - start) / parent.memory.pageSize;
    const pgoff = vma.pageIndex(start);
    child.mmap({ start, pages, vmFlags, pgoff, ...(anonVma === null ? {} : { anonVma }) });
  }
}
