import { definePatch } from '@pagerace/kernel';
import { CollapsePteMappedUnderMmapRead, PTE_MAPPED_COLLAPSE } from '@pagerace/khugepaged';

export const collapsePteMappedMmapRead = definePatch({
  id: 'collapse-pte-mapped-mmap-read',
  title: 'mm/khugepaged: collapse_pte_mapped_thp() with mmap_read_lock()',
  commit: '1043173eb5eb',
  since: 'v6.6',
  provides: [{ token: PTE_MAPPED_COLLAPSE, useClass: CollapsePteMappedUnderMmapRead }],
});
