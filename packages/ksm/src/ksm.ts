import { token } from '@pagerace/di';
import type { Mm, Page, VirtualAddress, Vma } from '@pagerace/page-model';

export const KSM = token<Ksm>('ksm.Ksm', { providedBy: ['@pagerace/fault'] });

/** An address of a process that ksmd scans: struct rmap_item, before its page is merged. */
export interface Mergeable {
  readonly mm: Mm;
  readonly address: VirtualAddress;
}

/** ksmd, without its scan and its trees: whoever calls says which two addresses they would have brought together. */
export interface Ksm {
  /**
   * cmp_and_merge_page(): merges the page at an address with the one that a tree would have found for it. The
   * latter is of the stable tree if it is a KSM page, else of the unstable tree. @returns whether it did
   */
  cmpAndMergePage(item: Mergeable, treeItem: Mergeable): boolean;
  /**
   * try_to_merge_one_page(): makes a page a KSM page, or maps `kpage` in its place. Hold a reference to
   * `page`, and mmap_lock. @returns whether it did
   *
   * @param kpage undefined: `page` itself is to become a KSM page
   */
  tryToMergeOnePage(vma: Vma, page: Page, kpage: Page | undefined): boolean;
  /** break_ksm(): gives the process a page of its own where it has a KSM page. Hold mmap_lock. */
  breakKsm(vma: Vma, address: VirtualAddress): void;
}
