/** enum scan_result (mm/khugepaged.c): why a range was not collapsed, or that it was. */
export type ScanResult =
  | 'SCAN_SUCCEED'
  | 'SCAN_FAIL'
  | 'SCAN_VMA_NULL'
  | 'SCAN_VMA_CHECK'
  | 'SCAN_PAGE_NULL'
  | 'SCAN_PAGE_COMPOUND'
  | 'SCAN_ADDRESS_RANGE'
  | 'SCAN_PMD_NULL'
  | 'SCAN_PMD_MAPPED'
  | 'SCAN_PTE_NON_PRESENT'
  | 'SCAN_EXCEED_NONE_PTE'
  | 'SCAN_EXCEED_SHARED_PTE'
  | 'SCAN_PAGE_LOCK'
  | 'SCAN_PAGE_COUNT'
  | 'SCAN_DEL_PAGE_LRU'
  | 'SCAN_PAGE_RO';
