import { token } from '@pagerace/di';
import type { AddressSpace, Mm, VirtualAddress } from '@pagerace/page-model';
import type { ScanResult } from './scan-result.js';

export const KHUGEPAGED = token<Khugepaged>('khugepaged.Khugepaged', {
  providedBy: ['@pagerace/khugepaged'],
});

/** Copies small pages into huge ones (mm/khugepaged.c). */
export interface Khugepaged {
  /**
   * hpage_collapse_scan_pmd(): looks whether the anonymous pages from `address` on are worth a huge
   * page, and collapses them if so. Called without mmap_lock.
   *
   * @param address of the first page that the huge one is to map
   */
  hpageCollapseScanPmd(mm: Mm, address: VirtualAddress): ScanResult;
  /**
   * collapse_huge_page(), of a range that was found worth it. Called without mmap_lock.
   *
   * @param unmapped how many of the pages are in swap, and are to be read in first
   */
  collapseHugePage(mm: Mm, address: VirtualAddress, unmapped?: number): ScanResult;
  /** collapse_file(): puts a huge page into the place of the pages of a file, from one index on. */
  collapseFile(file: AddressSpace, start: number): ScanResult;
  /**
   * collapse_pte_mapped_thp(): takes out the page table in which the pages of a huge page of a file are
   * mapped one by one. Called without mmap_lock.
   */
  collapsePteMappedThp(mm: Mm, address: VirtualAddress): ScanResult;
}
